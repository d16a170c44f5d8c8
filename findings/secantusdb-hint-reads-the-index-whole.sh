#!/usr/bin/env bash
# SecantusDB 0.7.0b3 with PyMongo 4.20.0: a find that names an index by `hint`.
#
# One would guess that a hint decides which index is used and nothing else: the conditions of the query bound what is read
# of it, as `explain` tells of the same query (three keys examined).
# Seen: with a hint the store reads every document of the hinted index and only then looks at the conditions, so a
# question about three documents takes as long as the collection is large. Without the hint the same index answers it by
# its range. `explain` tells the same three keys for both.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --pre 'secantusdb==0.7.0b3' 'pymongo==4.20.0'
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/python" -m secantus --host 127.0.0.1 --port "$port" --storage-path "$folder/data" --log-level WARNING >"$folder/log" 2>&1 &
server=$!
PORT=$port "$folder/venv/bin/python" - <<'PYTHON'
import os
import time

from pymongo import MongoClient

client = MongoClient(f"mongodb://127.0.0.1:{os.environ['PORT']}/?replicaSet=secantus", serverSelectionTimeoutMS=20_000)
clinic = client.clinic
QUERY = {"number": {"$gt": 10, "$lte": 13}}


def seconds(**how):
    """The fastest of five."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        assert len(clinic.things.find(QUERY, **how).to_list()) == 3
        taken.append(time.perf_counter() - began)
    return min(taken)


def examined(**how):
    """Keys that the store says it looks at."""
    explained = clinic.command("explain", {"find": "things", "filter": QUERY, **how}, verbosity="executionStats")
    assert "'indexName': 'by_number'" in str(explained["queryPlanner"]["winningPlan"])
    return explained["executionStats"]["totalKeysExamined"]


clinic.things.create_index("number", name="by_number")
hinted = {}
for begin, end in ((0, 1_000), (1_000, 20_000)):
    clinic.things.insert_many({"_id": number, "number": number, "more": "x" * 200} for number in range(begin, end))
    hinted[end] = seconds(hint="by_number")
    print(f"{end} documents: hinted {hinted[end] * 1000:.1f} ms, not hinted {seconds() * 1000:.1f} ms;",
          "explained:", examined(hint="by_number"), "and", examined(), "keys")
assert examined(hint="by_number") == examined() == 3
assert hinted[20_000] > 5 * hinted[1_000] and hinted[20_000] > 20 * seconds(), "changed: a hinted find reads its range"
PYTHON
