"""Writes the catalogue of events where services serve it from, or into a folder: `python -m
careflow_service.catalogue_pages`; `--check` writes nothing and names what differs.
"""

import argparse
import sys
from pathlib import Path

from careflow_events.schemas import differing, put
from careflow_service.catalogue_pages import generated, tables
from careflow_service.pages.catalogue_routes import FOLDER


def main(arguments: list[str] | None = None) -> int:
    """The command line. Exit code 1 when a page differs."""
    parser = argparse.ArgumentParser(
        prog="python -m careflow_service.catalogue_pages", description="The catalogue of events."
    )
    parser.add_argument("folder", type=Path, nargs="?", default=Path(str(FOLDER)), help="where else it is to stand")
    parser.add_argument("--check", action="store_true", help="check, write nothing")
    chosen = parser.parse_args(arguments)
    folder: Path = chosen.folder
    wanted = generated(tables())
    found = {path.relative_to(folder) for path in folder.glob("*")}
    faults = [f"{path}: no event has this page; `make generated` removes it" for path in sorted(found - wanted.keys())]
    if chosen.check:
        faults += differing(folder, wanted)
        for fault in faults:
            sys.stderr.write(f"{folder}/{fault}\n")
        return 1 if faults else 0
    for path in found - wanted.keys():
        (folder / path).unlink()
    put(folder, wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
