"""The federal holidays as `careflow_service.federal_calendar` reads them, written from a library that knows the
holidays of the whole world: it takes 19 MB of memory, which no process of a service need hold to count days.

`python -m careflow_service.testing.federal_holidays` writes them anew; `--check` writes nothing and says whether they
differ.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

import holidays

from careflow_events.schemas import differing, put
from careflow_service import federal_calendar

FOLDER: Final = Path(federal_calendar.__file__).parent


def generated() -> dict[Path, bytes]:
    """The one file, by its path in the package: a date a line, in order."""
    years = federal_calendar.YEARS
    # A first of January that is a Saturday is observed on the thirty-first of December, which is in the year before.
    known = holidays.country_holidays("US", years=range(years.start, years.stop + 1))
    lines = "".join(f"{day}\n" for day in sorted(known) if day.year in years)
    return {Path(federal_calendar.HOLIDAYS): lines.encode("ascii")}


def main(arguments: list[str] | None = None) -> int:
    """The command line. Exit code 1 when a date differs."""
    parser = argparse.ArgumentParser(
        prog="python -m careflow_service.testing.federal_holidays", description="The federal holidays."
    )
    parser.add_argument("--check", action="store_true", help="check, write nothing")
    if not parser.parse_args(arguments).check:
        put(FOLDER, generated())
        return 0
    faults = differing(FOLDER, generated())
    for fault in faults:
        sys.stderr.write(f"{FOLDER}/{fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
