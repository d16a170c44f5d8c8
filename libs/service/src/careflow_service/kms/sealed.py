"""Opens and seals the content of a file, and says in one line why it cannot.

Invariant: what a KMS answers is never shown: of a refusal no more than the name of its kind.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import bson
from bson.binary import Binary
from bson.errors import BSONError
from pymongocrypt.errors import MongoCryptError
from pymongocrypt.mongocrypt import MongoCryptOptions
from pymongocrypt.synchronous.explicit_encrypter import ExplicitEncrypter
from pymongocrypt.synchronous.state_machine import MongoCryptCallback

from careflow_service.kms.provider import Kms, KmsFailure

SECONDS: Final = 5.0
"""How long a KMS may take to let itself be spoken to, and for each piece of its answer."""
_HTTPS: Final = 443
_KINDS: Final = (re.compile(r'"__type"\s*:\s*"(?:[\w.]+#)?(\w{1,60})"'), re.compile(r"HTTP status=(\d{3})"))
"""How a KMS names a refusal: AWS by its kind, everybody by HTTP's status."""
_PLACES: Final = ("endpoint", "keyVaultEndpoint")
_ALGORITHM: Final = "AEAD_AES_256_CBC_HMAC_SHA_512-Random"


def sealed(content: bytes, kms: Kms) -> bytes:
    """That content, so that only the KMS opens it; it was asked to, once. Raises KmsFailure."""
    with _asking(kms) as (encrypter, vault):
        made = bson.decode(encrypter.create_data_key(kms.provider, master_key=dict(kms.key)))
        vault.key = bson.encode({**made, "_id": Binary(os.urandom(16), 4)})
        key_id = bytes(bson.decode(vault.key)["_id"])
        encrypted = encrypter.encrypt(bson.encode({"v": Binary(content)}), _ALGORITHM, key_id=key_id)
        parts = {"key": vault.key, "content": bytes(bson.decode(encrypted)["v"])}
    written = {"sealed_by": kms.provider, **{name: base64.b64encode(part).decode() for name, part in parts.items()}}
    return json.dumps(written, separators=(",", ":")).encode()


def opened(content: bytes, kms: Kms) -> bytes:
    """What was sealed. Raises KmsFailure."""
    try:
        written = json.loads(content)
        provider = written["sealed_by"]
        key, encrypted = (base64.b64decode(written[name], validate=True) for name in ("key", "content"))
        wrapped_by = bson.decode(key)["masterKey"]
        elsewhere = any(wrapped_by.get(place) != kms.key.get(place) for place in _PLACES)
    except (ValueError, KeyError, TypeError, BSONError):
        raise KmsFailure("it is not a sealed file as it was written") from None
    if provider != kms.provider or elsewhere:  # nobody is shown credentials because a file says so
        raise KmsFailure("it is sealed by another key service than CAREFLOW_KMS_FILE names")
    with _asking(kms) as (encrypter, vault):
        vault.key = key
        return bytes(bson.decode(encrypter.decrypt(bson.encode({"v": Binary(encrypted, 6)})))["v"])


@contextmanager
def _asking(kms: Kms) -> Iterator[tuple[Any, _OneKey]]:
    vault = _OneKey(kms.tls)
    try:
        encrypter = ExplicitEncrypter(vault, MongoCryptOptions({kms.provider: kms.asked_as()}, bypass_encryption=True))
        try:
            yield encrypter, vault
        finally:
            encrypter.close()
    except MongoCryptError as error:
        raise _failed(error, vault) from None
    except (ValueError, TypeError):
        raise _failed(MongoCryptError("not what it takes"), vault) from None


def _failed(error: MongoCryptError, vault: _OneKey) -> KmsFailure:
    where = f"the key service at {vault.asked}" if vault.asked else "the key service"
    if vault.unvouched:
        return KmsFailure(f"nobody vouches for {where}: its authority goes into CAREFLOW_KMS_FILE")
    if vault.away:
        return KmsFailure(f"{where} gives no answer")
    if vault.asked and (kind := next((found[1] for each in _KINDS if (found := each.search(str(error)))), None)):
        return KmsFailure(f"{where} refuses ({kind})")
    if vault.asked:
        return KmsFailure(f"{where} does not open it: it was changed, or sealed with another key")
    return KmsFailure("CAREFLOW_KMS_FILE does not say what libmongocrypt asks of that provider")


class _OneKey(MongoCryptCallback):  # type: ignore[misc]  # the library has no types
    """A key vault of one key, which is in the file, and the way to the KMS."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self.key = b""
        self.asked = ""
        """The host and port that was asked last."""
        self.away = self.unvouched = False
        self._tls = tls

    def kms_request(self, kms_context: Any) -> None:
        """See the library, which says when to try again and how often. Raises MongoCryptError."""
        self.asked = kms_context.endpoint
        self.away = self.unvouched = False
        time.sleep(kms_context.usleep / 1e6)
        host, _, port = self.asked.rpartition(":")
        try:
            with (
                socket.create_connection((host, int(port or _HTTPS)), SECONDS) as plain,
                self._tls.wrap_socket(plain, server_hostname=host) as connection,
            ):
                connection.sendall(kms_context.message)
                while kms_context.bytes_needed > 0:
                    if not (answer := connection.recv(kms_context.bytes_needed)):
                        raise ConnectionError
                    kms_context.feed(answer)
        except ssl.SSLCertVerificationError:
            self.unvouched = True
            raise MongoCryptError("nobody vouches for it") from None
        except OSError:
            self.away = True
            kms_context.fail()

    def fetch_keys(self, filter: bytes) -> Iterator[bytes]:  # noqa: A002, ARG002 - the library's own word
        """See the library."""
        yield self.key

    def insert_data_key(self, data_key: bytes) -> bytes:
        """See the library; it is kept in the file."""
        return data_key

    def bson_encode(self, doc: Any) -> bytes:
        """See the library."""
        return bson.encode(doc)

    def collection_info(self, database: str, filter: bytes) -> NoReturn:  # noqa: A002 - the library's own
        """See the library; nothing is encrypted automatically."""
        raise NotImplementedError("nothing is encrypted automatically")

    def mark_command(self, database: str, cmd: bytes) -> NoReturn:
        """See the library; nothing is encrypted automatically."""
        raise NotImplementedError("nothing is encrypted automatically")

    def close(self) -> None:
        """Forgets the key."""
        self.key = b""
