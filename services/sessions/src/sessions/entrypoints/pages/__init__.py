"""Sessions' pages: what the team works with at the bedside."""
