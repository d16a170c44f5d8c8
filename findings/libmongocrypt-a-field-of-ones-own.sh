#!/usr/bin/env bash
# libmongocrypt in pymongocrypt 1.21.2, PyMongo 4.20.0, SecantusDB 0.7.0b3: a data key that somebody noted something on.
#
# One would guess that a document in the key vault is a document like any other: a field beside those of the library (who asked for the key, which
# generation it is of, when it is to be replaced) is kept and not looked at.
# Seen: the whole key is refused, "unrecognized field", and with it everything that is encrypted with it, until the field is taken away again. Nothing
# refuses the update that adds it. `keyAltNames` and the bytes of `_id` are all that one has for notes.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --pre 'secantusdb==0.7.0b3' 'pymongo==4.20.0' 'pymongocrypt==1.21.2'
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/python" -m secantus --host 127.0.0.1 --port "$port" --storage-path "$folder/data" --log-level WARNING >"$folder/log" 2>&1 &
server=$!
PORT=$port "$folder/venv/bin/python" - <<'PYTHON'
import os

from bson.codec_options import CodecOptions
from pymongo import MongoClient
from pymongo.encryption import Algorithm, ClientEncryption
from pymongo.errors import EncryptionError

client = MongoClient(f"mongodb://127.0.0.1:{os.environ['PORT']}/?replicaSet=secantus", serverSelectionTimeoutMS=20_000)
master = {"local": {"key": os.urandom(96)}}


def encryption():
    """With nothing in its memory."""
    return ClientEncryption(master, "clinic.keys", client, CodecOptions())


key = encryption().create_data_key("local")
secret = encryption().encrypt("born in March", Algorithm.AEAD_AES_256_CBC_HMAC_SHA_512_Random, key_id=key)
assert encryption().decrypt(secret) == "born in March"

noted = client.clinic["keys"].update_one({"_id": key}, {"$set": {"replaceBy": 2030}})
print("a note on the key: matched", noted.matched_count, "modified", noted.modified_count)
try:
    encryption().decrypt(secret)
except EncryptionError as error:
    print("decrypting:", type(error).__name__, error)
    assert "unrecognized field" in str(error)
else:
    raise SystemExit("changed: it is not looked at")

client.clinic["keys"].update_one({"_id": key}, {"$unset": {"replaceBy": ""}, "$push": {"keyAltNames": "replace by 2030"}})
assert encryption().decrypt(secret) == "born in March"
print("as an alternative name: read")
PYTHON
