"""The file of a backup: a head that can be read, then pieces only the service itself can read.

Each piece is sealed (AES-256-GCM) with a key made from the service's master key and the file's own salt, and bound to
its place, so that nothing can be changed, left out, put elsewhere or cut off unseen. Invariant: what was read to its
end is what was written, whole.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from careflow_service.mongo.key_lines import KeyLine

MAGIC: Final = b"careflow backup 1\n"
PIECE_BYTES: Final = 1024 * 1024
"""About how much is sealed at a time; a document larger than that is a piece of its own."""
LARGEST_PIECE: Final = 32 * 1024 * 1024
LARGEST_HEAD: Final = 4096
SALT_BYTES: Final = 32
_MORE: Final = b"\0"
_LAST: Final = b"\1"


class BackupBroken(Exception):
    """This is no backup that can be put back here; the message says why, in one clause."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands readable in front: whose store it was, when, and the id of the master key it is sealed with."""

    service: str
    taken_at: datetime
    key: str
    salt: bytes

    def written(self) -> bytes:
        """As it stands in the file."""
        taken_at, salt = self.taken_at.isoformat(), self.salt.hex()
        return json.dumps({"service": self.service, "taken_at": taken_at, "key": self.key, "salt": salt}).encode()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some documents of one collection, as BSON one behind the other."""

    collection: str
    documents: bytes


class _Seal:
    """Seals and opens the pieces of one file, in their order."""

    def __init__(self, head: Head, master_key: bytes) -> None:
        info = f"careflow backup of {head.service}".encode()
        self._cipher = AESGCM(HKDF(algorithm=SHA256(), length=32, salt=head.salt, info=info).derive(master_key))
        self._head = sha256(head.written()).digest()
        self._pieces = 0

    def close(self, content: bytes, kind: bytes) -> bytes:
        return self._cipher.encrypt(self._nonce(), content, self._head + kind)

    def open(self, sealed: bytes, kind: bytes) -> bytes:
        return self._cipher.decrypt(self._nonce(), sealed, self._head + kind)

    def _nonce(self) -> bytes:
        """The number of the piece: the key is this file's alone."""
        self._pieces += 1
        return self._pieces.to_bytes(12, "big")


class BackupWriter:
    """Writes a backup; without `finish` it is none."""

    def __init__(self, out: BinaryIO, *, service: str, taken_at: datetime, master: KeyLine) -> None:
        """Sealed with the current master key. Raises KeyNotHeld."""
        key = master.current
        head = Head(service, taken_at, key.id, os.urandom(SALT_BYTES))
        written = head.written()
        out.write(MAGIC + len(written).to_bytes(4, "big") + written)
        self._out = out
        self._seal = _Seal(head, key.material)
        self._collection = ""
        self._waiting = bytearray()
        self.counts: Counter[str] = Counter()

    def add(self, collection: str, document: bytes) -> None:
        """One document, as BSON."""
        if collection != self._collection or len(self._waiting) + len(document) > PIECE_BYTES:
            self._flush()
            self._collection = collection
        self._waiting += document
        self.counts[collection] += 1

    def finish(self) -> None:
        """Writes the end, which says how many documents there are of each collection."""
        self._flush()
        self._write(json.dumps(self.counts).encode(), _LAST)
        self._out.flush()

    def _flush(self) -> None:
        if self._waiting:
            self._write(self._collection.encode() + b"\0" + bytes(self._waiting), _MORE)
            self._waiting.clear()

    def _write(self, content: bytes, kind: bytes) -> None:
        sealed = self._seal.close(content, kind)
        self._out.write(kind + len(sealed).to_bytes(4, "big") + sealed)


class BackupReader:
    """Reads a backup of one service. Raises BackupBroken."""

    def __init__(self, source: BinaryIO, *, service: str, master: KeyLine) -> None:
        if source.read(len(MAGIC)) != MAGIC:
            raise BackupBroken("this is no backup of CareFlow")
        self._source = source
        self.head = _head(self._exactly(int.from_bytes(self._exactly(4), "big"), LARGEST_HEAD))
        if self.head.service != service:
            raise BackupBroken(f"this is a backup of {self.head.service!a}, not of {service}")
        key = master.held.get(self.head.key)
        if key is None:
            raise BackupBroken(f"it was sealed with the master key {self.head.key!a}, which is not held here")
        self._seal = _Seal(self.head, key.material)
        self.counts: Mapping[str, int] = {}

    def pieces(self) -> Iterator[Piece]:
        """All pieces; behind the last one `counts` is how many documents of each collection there are."""
        while True:
            kind = self._exactly(1)
            sealed = self._exactly(int.from_bytes(self._exactly(4), "big"), LARGEST_PIECE)
            try:
                content = self._seal.open(sealed, kind)
            except InvalidTag:
                raise BackupBroken("it was changed or damaged") from None
            if kind == _LAST:
                break
            collection, _, documents = content.partition(b"\0")
            yield Piece(collection.decode(), documents)
        self.counts = json.loads(content)
        if self._source.read(1):
            raise BackupBroken("something stands behind its end")

    def _exactly(self, size: int, at_most: int = LARGEST_PIECE) -> bytes:
        if size > at_most:
            raise BackupBroken("it was changed or damaged")
        read = self._source.read(size)
        if len(read) != size:
            raise BackupBroken("it ends too early")
        return read


def _head(written: bytes) -> Head:
    try:
        members = json.loads(written)
        head = Head(
            str(members["service"]),
            datetime.fromisoformat(members["taken_at"]),
            str(members["key"]),
            bytes.fromhex(members["salt"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BackupBroken("its head cannot be read") from None
    if head.written() != written:
        raise BackupBroken("its head cannot be read")
    return head
