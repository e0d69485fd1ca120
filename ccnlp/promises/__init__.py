"""What agents promised by when, and what became of it.

``deadline`` reads a deadline out of words, ``calendar`` says when that is, ``extract`` finds the
promises of a conversation, ``judge`` says from a customer's later contacts which were kept.
"""
