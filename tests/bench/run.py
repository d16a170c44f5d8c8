"""`make bench`: the door. Measures on a stack of its own; see README.md beside this file."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[2])  # as under pytest: the checkout, not this folder
    from tests.bench.command import main

    sys.exit(main(sys.argv[1:]))
