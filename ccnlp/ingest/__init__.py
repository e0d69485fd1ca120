"""ccnlp.ingest"""
