#!/usr/bin/env bash
# joserfc 1.8.0: a JWE in General JSON Serialization (RFC 7516) for several recipients, read by one of them.
#
# One would guess that a recipient hands in their own key and gets the plaintext: the entries name keys by `kid`, and that is what
# several recipients are for. jwcrypto does so.
# Seen: every entry has to open. With one's own key alone the entry of somebody else is tried with it and the whole ends in DecodeError ("Unwrap AES key
# failed"), which reads like a forged or damaged message; with a key set it ends in InvalidKeyIdError for the other's `kid`. Only who
# holds all recipients' private keys can read. So drop the entries of other `kid`s before decrypting: the parts that are
# authenticated do not hold them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'joserfc==1.8.0' 'jwcrypto==1.6.1'
"$folder/venv/bin/python" - <<'PYTHON'
import json

from joserfc import jwe
from joserfc.errors import DecodeError, InvalidKeyIdError
from joserfc.jwk import ECKey, KeySet
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

keys = [ECKey.generate_key("P-256", {"kid": name}) for name in ("clinic", "laboratory")]
message = jwe.GeneralJSONEncryption({"enc": "A256GCM"}, b"for two")
for key in keys:
    message.add_recipient({"kid": key.kid, "alg": "ECDH-ES+A256KW"}, key)
sealed = jwe.encrypt_json(message, None)

for key in keys:
    for given, error in ((key, DecodeError), (KeySet([key]), InvalidKeyIdError)):
        try:
            jwe.decrypt_json(sealed, given)
        except error as seen:
            print(f"{key.kid}, {type(given).__name__}: {type(seen).__name__}: {seen}")
        else:
            raise SystemExit("changed: one recipient's own key is enough now")
    own = {**sealed, "recipients": [entry for entry in sealed["recipients"] if entry["header"]["kid"] == key.kid]}
    assert jwe.decrypt_json(own, key).plaintext == b"for two"
    other = JWE()
    other.deserialize(json.dumps(sealed))
    other.decrypt(JWK(**key.as_dict(private=True)))
    assert other.payload == b"for two"
assert jwe.decrypt_json(sealed, KeySet(keys)).plaintext == b"for two"
print("with the others' entries dropped, with everybody's keys, and by jwcrypto with one key: read")
PYTHON
