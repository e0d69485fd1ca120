"""ccnlp.analysers"""
