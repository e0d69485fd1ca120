"""ccnlp.text."""
