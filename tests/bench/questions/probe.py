"""Run as a program with a build's own interpreter: runs that build's stack and answers questions about it.

    python probe.py CHECKOUT EXTENT QUESTION...

It reads "prepare QUESTION" and "turn QUESTION" from standard input, one a line, and answers each with one line of
JSON; the first line it writes says which store it is. Invariant: it ends, with its stack, when its standard input
does or when interrupted.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[3]
TURN_SECONDS = 2_400.0


async def serve(checkout: Path, stack: Any, extent: str, say: Any) -> None:
    """Answers until there is no more to read."""
    from tests.bench.questions.catalogue import QUESTIONS
    from tests.bench.questions.extent import EXTENTS
    from tests.bench.questions.site import Question, site
    from tests.bench.store_name import store_name

    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with site(checkout, stack, EXTENTS[extent]) as here:
        say({"store": await store_name(stack.mongo_url(stack.services[0].name))})
        asked: dict[str, Question] = {}
        while line := await lines.readline():
            what, name = line.decode().split()
            question = asked.setdefault(name, QUESTIONS[name]())
            async with asyncio.timeout(TURN_SECONDS):
                if what == "prepare":
                    await question.prepare(here)
                    say({})
                else:
                    say((await question.turn(here)).as_json())


def main(checkout: str, extent: str, *questions: str) -> int:
    # The measuring code, with the client it drives a clinic by, is this checkout's; all it measures the interpreter's.
    sys.path[:1] = [str(HERE), str(HERE / "deploy" / "clinic" / "src")]
    from careflow_cli.errors import CareflowError
    from careflow_cli.stack.stack import Stack
    from tests.bench.questions.catalogue import QUESTIONS

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed is no answer

    def say(document: dict[str, Any]) -> None:
        print(json.dumps(document), file=answers, flush=True)

    needed = _in_order(service for name in questions for service in QUESTIONS[name]().services)
    try:
        with Stack.ephemeral(needed) as stack:
            asyncio.run(serve(Path(checkout), stack, extent, say))
    except KeyboardInterrupt:
        return 130
    except CareflowError as error:
        say({"error": str(error)})
        return 1
    return 0


def _in_order(names: Any) -> Sequence[str]:
    return list(dict.fromkeys(names))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
