"""How much is read at once."""

MOST: int = 500
"""How many of one patient's things are read at once at most, where all are wanted."""
