"""When Python looks for garbage: never while a process is put together, and never at what it was put together of.

Nothing is thrown away at a start, and each look at all that is there by then costs tens of milliseconds: a quarter of
a start's time, and later a pause in the middle of a request.
"""

import gc


def look_for_none() -> None:
    """First of all, before a service is imported."""
    gc.disable()


def look_from_here_on() -> None:
    """Once all is there that stays; a process that looks already goes on as it does."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
