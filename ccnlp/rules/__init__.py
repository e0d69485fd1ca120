"""Phrase rules: read from YAML, compiled, matched against turns, folded over conversations."""
