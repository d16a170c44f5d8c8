"""The ending of a stack with containers: removes what the engine still has of it, its volumes above all.

Usage: python -m careflow_cli.infra.docker.discard STACK, run where the folder of that stack is by now.
"""

import sys
from pathlib import Path

from careflow_cli.errors import CareflowError
from careflow_cli.infra.docker import engine
from careflow_cli.infra.docker.container import await_end

PATIENCE = 10.0  # seconds for each keeper to finish


def discard(folder: str) -> None:
    """Wait for the keepers that are still at work, then remove what is left."""
    for lock in sorted(Path("run").glob("*.container")):
        await_end(lock, PATIENCE)
    with engine.connected() as client:
        engine.discard(client, folder)


if __name__ == "__main__":
    try:
        discard(sys.argv[1])
    except CareflowError as error:
        sys.exit(f"careflow: {error}")
