#!/usr/bin/env bash
# PyMongo 4.20.0 (AsyncMongoClient) on Python 3.11: reads that time out side by side while no server answers.
#
# One would guess that an operation whose server selection timed out, or whose task was cancelled, leaves the client as it
# was: the next operation is told after serverSelectionTimeoutMS that no server is there, and works once there is one.
# Seen: every later operation of that client waits for ever, also once there is a server. The driver waits on a condition
# by asyncio.wait_for, which on Python 3.11 runs the waiting in a task of its own; who is cancelled just when their time is
# over leaves that task behind, and it takes the topology's lock that nobody gives back. In a TaskGroup this is the rule: all time
# out together, and the first cancels the others. Python 3.12 and later wait within the task, and do not show it.
set -euo pipefail
python=$(command -v python3.11 || command -v python3)
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo 'needs Python 3.11' >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pymongo==4.20.0'
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import os
import sys

from pymongo import AsyncMongoClient
from pymongo.errors import ServerSelectionTimeoutError


async def side_by_side(client):
    try:
        async with asyncio.TaskGroup() as reads:
            for _ in range(20):
                reads.create_task(client.admin.command("ping"))
    except* (ServerSelectionTimeoutError, RuntimeError):  # the latter: "Lock is not acquired"
        pass


async def main():
    client = AsyncMongoClient("mongodb://127.0.0.1:9/?replicaSet=nobody", serverSelectionTimeoutMS=300)
    for turn in range(20):
        for what in (side_by_side(client), client.admin.command("ping")):
            task = asyncio.ensure_future(what)
            done, _ = await asyncio.wait([task], timeout=10)
            if not done:
                print(f"Python {sys.version.split()[0]}, turn {turn}: what may take 0.3 s was not answered in 10 s")
                return True
            task.exception()
    return False


# the client cannot be closed either: its lock is taken
loop = asyncio.new_event_loop()
hangs = loop.run_until_complete(main())
print("the client waits for ever" if hangs else "changed: the client stays usable", flush=True)
os._exit(0 if hangs else 1)
PYTHON
