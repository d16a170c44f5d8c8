"""`python -m careflow_service.kms seal | open`: standard input, sealed or opened, to standard output.

Invariant: what was not done is told in one line, and then nothing was written.
"""

import os
import sys
from typing import Final

from careflow_service.kms import Kms, KmsFailure
from careflow_service.kms.sealed import opened, sealed

EXIT_NOT_DONE: Final = 1
WAYS: Final = {"seal": sealed, "open": opened}


def main(way: str) -> None:
    """As the command line says. Ends with EXIT_NOT_DONE where the KMS does not do it."""
    try:
        done = WAYS[way](sys.stdin.buffer.read(), Kms.of(os.environ))
    except KmsFailure as failure:
        sys.stderr.write(f"{failure}\n")
        sys.exit(EXIT_NOT_DONE)
    sys.stdout.buffer.write(done)


if __name__ == "__main__":
    main(*sys.argv[1:])
