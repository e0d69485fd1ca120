"""From what the analysers saw to scores, risk and decisions: pure functions."""
