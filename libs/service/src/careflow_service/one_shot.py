"""How the work of a one-shot process ends before its end."""


class NotNow(Exception):
    """It cannot be done as things stand; the message is one line for an operator."""


class Stopped(Exception):
    """It was told to stop."""
