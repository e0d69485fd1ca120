"""Back ends that judge turns, behind one interface (``base.TurnJudge``)."""
