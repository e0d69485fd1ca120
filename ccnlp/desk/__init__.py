"""The review desk: the web application in which people review what the machine flagged.

``ccnlp.desk.app.make_app`` builds it over a store; docs/desk.md describes it.
"""
