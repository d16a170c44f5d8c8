#!/usr/bin/env bash
# PyMongo 4.20.0 (async): a change stream whose collection was dropped, read on with `try_next()`.
#
# One would guess that the next `try_next()` says that the stream has ended, as `next()` does with StopAsyncIteration, or
# at least that awaiting it waits for `max_await_time_ms` like every other quiet turn.
# Seen: after the invalidate it answers None for ever, which is also the answer of a stream on which nothing happened,
# and it does so without suspending once: a loop around it lets no other task run, and no timeout ends it, for a timeout
# is a callback of the same loop. Only `alive` tells.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --pre 'secantusdb==0.7.0b3' 'pymongo==4.20.0'
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/python" -m secantus --host 127.0.0.1 --port "$port" --storage-path "$folder/data" --log-level WARNING >"$folder/log" 2>&1 &
server=$!
PORT=$port "$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import os

from pymongo import AsyncMongoClient

TURNS = 10_000
QUIET_MS = 500


async def main():
    client = AsyncMongoClient(f"mongodb://127.0.0.1:{os.environ['PORT']}/?replicaSet=secantus", serverSelectionTimeoutMS=20_000)
    things = client.clinic.things
    await things.insert_one({"_id": 1})
    stream = await things.watch(max_await_time_ms=QUIET_MS)
    ran = 0

    async def another():
        nonlocal ran
        while True:
            ran += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(another())
    assert await stream.try_next() is None and ran > 0 and stream.alive, "a quiet turn waits and lets others run"
    await things.drop()
    told = []
    while stream.alive:
        change = await stream.try_next()
        told += [change["operationType"]] if change else []
    print("told of the end:", told)
    before = ran
    async with asyncio.timeout(0):
        answers = {await stream.try_next() for _ in range(TURNS)}
        print(f"{TURNS} further turns: {answers}; another task ran {ran - before} times; the timeout of 0 s came to nothing")
        assert answers == {None} and ran == before, "changed: an ended stream is told of, or lets others run"
    try:
        await stream.next()
    except StopAsyncIteration:
        print("next(): StopAsyncIteration")
    else:
        raise AssertionError("changed: next() no longer tells of the end")
    beside.cancel()
    await client.close()


asyncio.run(main())
PYTHON
