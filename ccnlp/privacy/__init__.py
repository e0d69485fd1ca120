"""Personal information: finding it, hiding it, and showing that it is hidden.

``recognise`` finds spans in one turn, ``thread`` follows a conversation (what the agent just asked
for, numbers split over turns, names said before), ``masking`` and ``pseudonyms`` hide what was
found, ``rescan`` proves that nothing is left. What the recognisers know is data:
``configs/privacy/*.yaml``.
"""
