#!/usr/bin/env bash
# httpx 0.28.1 with anyio 4.16.0: what one request to an application in the same process looks for.
#
# ASGITransport is how applications are tested without a server. One would guess that what it has to find out about its
# surroundings, whether it runs on asyncio or on trio, it finds out once.
# Seen: with every request it imports sniffio, which neither httpx nor anyio brings any more. Python keeps no record of
# an import that failed, so each request searches all folders of the path again: half of a millisecond in an
# environment of ordinary size, several times what the transport itself takes. sys.modules["sniffio"] = None ends it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'httpx==0.28.1' 'anyio==4.16.0'
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import sys

import httpx

REQUESTS = 20
searched = []


class Watching:
    """Asked by each import that is not answered by sys.modules."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        searched.append(name)
        return None


async def answers(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def ask(times):
    transport = httpx.ASGITransport(app=answers)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        for _ in range(times):
            assert (await client.get("/")).status_code == 204


asyncio.run(ask(1))  # what is imported once is imported now
sys.meta_path.insert(0, Watching)
asyncio.run(ask(REQUESTS))
print(f"{REQUESTS} requests searched for sniffio {searched.count('sniffio')} times")
if searched.count("sniffio") != REQUESTS:
    raise SystemExit("changed: not every request searches for it now")
sys.modules["sniffio"] = None
searched.clear()
asyncio.run(ask(REQUESTS))
assert "sniffio" not in searched
PYTHON
