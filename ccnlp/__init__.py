"""ccnlp reads every conversation of a Chinese-speaking contact centre and says what went wrong."""

__version__ = "0.1.0"
