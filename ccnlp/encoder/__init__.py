"""Models that read a turn once and feed several judgements."""
