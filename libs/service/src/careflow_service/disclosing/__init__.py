"""A patient's record is handed out: recorded first, part by part, then copied; what was is accounted for.

Every service hands out its own share of a record with this; what its share is made of is its own to say.
"""
