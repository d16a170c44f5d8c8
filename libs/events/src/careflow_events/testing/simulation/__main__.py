"""Runs worlds until it is stopped, or repeats one: `make simulate`."""

import argparse
import sys
import time

from careflow_events.testing.simulation.search import Failure, fails, shrink

TELL_SECONDS = 2.0


def main() -> int:
    """0 when everything held, 1 when something did not."""
    arguments = _arguments()
    if arguments.seed is not None:
        failure = fails(arguments.seed, arguments.only)
        print(failure or f"seed {arguments.seed}: everything held")
        return 0 if failure is None else 1
    return _search(arguments.first, arguments.seconds)


def _search(first: int, seconds: float | None) -> int:
    began = told = time.monotonic()
    seed, failed = first, list[Failure]()
    try:
        while seconds is None or time.monotonic() - began < seconds:
            failure = fails(seed)
            seed += 1
            if failure is not None:
                _tell(f"seed {failure.seed} fails, making it smaller")
                failed.append(shrink(failure, lambda each: _tell(f"  {len(each.steps)} steps")))
                print(f"\n{failed[-1]}")
            if time.monotonic() - told > TELL_SECONDS:
                told = time.monotonic()
                _tell(
                    f"{seed - first} seeds, {60 * (seed - first) / (told - began):.0f} a minute, {len(failed)} failed"
                )
    except KeyboardInterrupt:
        pass
    minutes = (time.monotonic() - began) / 60
    print(f"\n{seed - first} seeds from {first} on in {minutes:.1f} minutes, {len(failed)} failed", flush=True)
    for each in failed:
        print(f"  {each.command}")
    return 1 if failed else 0


def _tell(line: str) -> None:
    print(f"\r\033[K{line}" if sys.stderr.isatty() else line, end="" if sys.stderr.isatty() else "\n", file=sys.stderr)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m careflow_events.testing.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="run this one only")
    parser.add_argument("--only", type=_numbers, help="with --seed: only these of its steps, or 'none'")
    parser.add_argument("--first", type=int, default=0, help="where to begin (0)")
    parser.add_argument("--seconds", type=float, help="end by itself after so long")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [] if text == "none" else [int(number) for number in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
