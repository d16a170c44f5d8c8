"""The one error the command shows: a sentence that says what to do.

Invariant: it never carries patient data or a secret.
"""


class CareflowError(Exception):
    """Something the person at the terminal can act on; becomes one line and exit code 1."""


class Interrupted(BaseException):
    """SIGTERM or SIGHUP arrived: like KeyboardInterrupt it unwinds through every `finally`, and nothing swallows it."""
