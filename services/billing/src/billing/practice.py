"""`python -m billing.practice < FILE`: whether billing starts with that as its practice. It needs nothing else, so a
deployment asks before anything starts. Invariant: what is said is what a process that starts would say.
"""

import sys
from pathlib import Path
from typing import Final

from billing.adapters.clinic_data import practice
from careflow_service.content import Unusable, usable

EXIT_CANNOT_START: Final = 3
"""As of a process that does not start."""
STANDARD_INPUT: Final = Path("/dev/stdin")


def main(file: Path = STANDARD_INPUT) -> None:
    """Says nothing where it does; otherwise why not, in one line, and exits with EXIT_CANNOT_START."""
    try:
        with usable():
            practice(file)
    except Unusable as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(EXIT_CANNOT_START)


if __name__ == "__main__":
    main()
