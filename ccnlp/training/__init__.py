"""ccnlp.training"""
