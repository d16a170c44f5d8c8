#!/usr/bin/env bash
# PyMongo 4.20.0 (client bulk write) with SecantusDB 0.7.0b3: a write conflict inside a transaction.
#
# One would guess that a write conflict met by `MongoClient.bulk_write` in a transaction is told as every other command
# tells it: an OperationFailure with code 112 and the label TransientTransactionError, by which `with_transaction` tries again.
# Seen: it comes as a ClientBulkWriteException that carries no error label itself; what the server said, code and label, is
# in its `.error`. So `with_transaction` does not try again, and code that asks the exception for its label takes the
# conflict for a failure that will not pass. An update_one that meets the same conflict is labelled.
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

from pymongo import MongoClient, UpdateOne
from pymongo.errors import ClientBulkWriteException, OperationFailure, PyMongoError

client = MongoClient(f"mongodb://127.0.0.1:{os.environ['PORT']}/?replicaSet=secantus", serverSelectionTimeoutMS=20_000)
things = client.clinic.things
things.insert_one({"_id": 1, "n": 0})


def conflict(write):
    """What `write` raises while another transaction holds the document."""
    with client.start_session() as first, client.start_session() as second:
        first.start_transaction()
        things.update_one({"_id": 1}, {"$inc": {"n": 1}}, session=first)
        second.start_transaction()
        try:
            write(second)
        except PyMongoError as error:
            return error
        finally:
            first.abort_transaction()
    raise SystemExit("no conflict")


plain = conflict(lambda session: things.update_one({"_id": 1}, {"$inc": {"n": 1}}, session=session))
bulk = conflict(
    lambda session: client.bulk_write([UpdateOne({"_id": 1}, {"$inc": {"n": 1}}, namespace="clinic.things")], session=session)
)
label = "TransientTransactionError"
print("update_one: ", type(plain).__name__, getattr(plain, "code", None), plain.has_error_label(label))
print("bulk_write: ", type(bulk).__name__, bulk.has_error_label(label), "; inside:", type(getattr(bulk, "error", None)).__name__,
      getattr(bulk.error, "code", None), bulk.error is not None and bulk.error.has_error_label(label), bulk.write_errors)
assert isinstance(plain, OperationFailure) and plain.code == 112 and plain.has_error_label(label)
assert isinstance(bulk, ClientBulkWriteException) and not bulk.has_error_label(label), "changed: it is labelled now"
PYTHON
