"""Labelled data, and the commands that make models from it."""
