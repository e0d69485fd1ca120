"""ccnlp.text"""
