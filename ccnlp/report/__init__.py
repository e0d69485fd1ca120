"""ccnlp.report"""
