"""Detectors of added categories, learned from a few labelled examples (docs/new_category.md)."""
