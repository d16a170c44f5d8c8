"""`make test-chaos`: the kill matrix from the command line."""

import argparse
import json
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from rich.console import Console

from careflow_cli import checkout
from careflow_cli.blocking import wait_for
from careflow_cli.errors import Interrupted
from careflow_cli.infra.store import mongod
from careflow_cli.processes.signals import raise_interrupted
from careflow_cli.progress import step
from tests.chaos.matrix import Matrix
from tests.chaos.report.results import Result, Results, row
from tests.chaos.rounds import ROUNDS
from tests.chaos.world.running import running

FAULTS: Final = 1  # exit code
MINUTES: Final = 90.0
WIDTH: Final = 160
"""Characters of the table where no terminal says how wide it is."""
CONSOLE: Final = Console(stderr=True, highlight=False)


def main() -> int:
    """0 when every round was clean."""
    parser = _parser()
    asked = parser.parse_args()
    if unknown := [name for name in asked.only or () if not any(name in each.name for each in ROUNDS)]:
        parser.error(f"no round has {', '.join(map(repr, unknown))} in its name: see --list")
    chosen = [each for each in ROUNDS if not asked.only or any(name in each.name for name in asked.only)]
    chosen = chosen[: asked.rounds] if asked.rounds else chosen
    until = time.monotonic() + asked.minutes * 60
    if asked.list:
        print("\n".join(each.name for each in chosen))
        return 0
    told: list[Result] = []
    exits = ExitStack()

    def tell(result: Result) -> None:
        told.append(result)
        CONSOLE.print(f"{len(told):3}/{len(chosen)}  {'  '.join(row(result))}", markup=False)
        for fault in result.verdict.faults:
            CONSOLE.print(f"       {fault}", markup=False)
            CONSOLE.print(
                f"       again: make test-chaos SEED={asked.seed} ARGS='--only \"{result.name}\"'", markup=False
            )

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, raise_interrupted)
    try:
        with step("the system starts") as starting:
            system = exits.enter_context(running(starting.say))
        matrix = Matrix(system, asked.seed, lambda note: CONSOLE.print(f"       {note}", style="dim", markup=False))
        wait_for(matrix.run(chosen, until, tell))
    except Interrupted:
        CONSOLE.print("interrupted")
    finally:
        exits.close()
        results = Results(mongod() or "SecantusDB", asked.seed, told)
        _write(results, asked.json)
    return 0 if results.clean and len(told) == len(chosen) else FAULTS


def _write(results: Results, file: Path | None) -> None:
    """The table on the terminal; JSON where it is wanted."""
    if results.rounds:
        Console(width=None if sys.stdout.isatty() else WIDTH).print(results.table())
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(results.as_json(), indent=2) + "\n", "utf-8")
        CONSOLE.print(f"       {file}", markup=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make test-chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what is drawn follows from it (1)")
    parser.add_argument("--rounds", type=int, help="no more than so many")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="begin no round after so long (90)")
    parser.add_argument("--only", action="append", help="rounds with this in their name; may be repeated")
    parser.add_argument("--list", action="store_true", help="name the rounds and end")
    parser.add_argument("--json", type=Path, default=checkout.state() / "chaos.json", help="where the report goes")
    return parser


if __name__ == "__main__":
    sys.exit(main())
