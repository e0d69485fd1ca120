"""Reading: files of any usual shape become transcripts, and what cannot be read says why.

``read(inputs)`` is the way in; docs/ingest.md is the manual.
"""

from ccnlp.ingest.items import Limits, Read, Rejected, Remark, Summary
from ccnlp.ingest.mapping import Mapping, load_mapping
from ccnlp.ingest.reading import Reading, read
from ccnlp.ingest.rules import RULES, Rule

__all__ = [
    "RULES",
    "Limits",
    "Mapping",
    "Read",
    "Reading",
    "Rejected",
    "Remark",
    "Rule",
    "Summary",
    "load_mapping",
    "read",
]
