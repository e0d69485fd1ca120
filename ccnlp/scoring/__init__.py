"""ccnlp.scoring"""
