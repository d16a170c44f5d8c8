"""How people write how far to travel: `36h`, `6w`, `1d12h`. Invariant: a duration is positive and no longer than
`LONGEST`; there is no way back.
"""

import re
from datetime import timedelta
from typing import Final

from careflow_cli.errors import CareflowError

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
LONGEST: Final = timedelta(days=36525)
"""A hundred years: further than anything of a clinic, and with room for whatever a service counts on from there."""


def parse(text: str) -> timedelta:
    """`6w`, `90d`, `36h`, `1d12h30m` as a timedelta. Raises CareflowError for anything else, and for nothing."""
    parts = re.findall(r"(\d+)([wdhms])", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise CareflowError(f"{text!r} is no duration: write 6w, 90d, 36h, 15m, 30s or several of them, 1d12h")
    try:
        total = sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    except (OverflowError, ValueError) as error:  # ValueError: a number of thousands of digits
        raise CareflowError("that is too far away: at most 5217w, a hundred years") from error
    if not total:
        raise CareflowError(f"{text!r} is no time at all")
    if total > LONGEST:
        raise CareflowError("that is too far away: at most 5217w, a hundred years")
    return total
