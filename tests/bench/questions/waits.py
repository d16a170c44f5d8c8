"""How often a command waits for the store, one time after the other, beside the round trips it makes."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from pathlib import Path

from tests.bench.questions.answers import Row, Turn
from tests.bench.questions.site import Site

_COUNTING = Path(__file__).with_name("counting.py")
_COUNTING_SECONDS = 120.0


class Waits:
    """Counted where each build joins its own services in one process, as its round trips are: only the log of commands
    is this checkout's, since no interface of a running process tells what it asked its store.
    """

    services: tuple[str, ...] = ("booking",)
    most_turns = 1

    async def prepare(self, site: Site) -> None:
        """Nothing: it is counted in databases of its own."""

    async def turn(self, site: Site) -> Turn:
        unused = f"bench_{uuid.uuid4().hex[:12]}"
        databases = [f"{unused}_booking", f"{unused}_screening"]
        counting = await asyncio.create_subprocess_exec(
            sys.executable, str(_COUNTING), str(site.checkout), site.stack.mongo_url("booking"), *databases,
            stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(_COUNTING_SECONDS):
                told, _ = await counting.communicate()
        finally:
            if counting.returncode is None:
                counting.kill()
                await counting.wait()
            for name in databases:
                await site.client("booking").drop_database(name)
        assert counting.returncode == 0, "the other process says why on standard error"
        return Turn([Row(f"{what}: {unit}", unit, [number]) for what, unit, number in json.loads(told)])
