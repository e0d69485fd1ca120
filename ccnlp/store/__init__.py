"""ccnlp.store"""
