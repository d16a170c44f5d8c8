"""The file of a backup: read to its end it is what was written, and everything else is no backup."""

import io
import os
from collections.abc import Callable
from datetime import UTC, datetime

import bson
import pytest

from careflow_service.backup import file
from careflow_service.backup.file import BackupBroken, BackupReader, BackupWriter, Piece
from careflow_service.mongo.key_lines import KeyKind, KeyLine

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
KEY = KeyLine(KeyKind.MASTER, os.urandom(96))


def written(*documents: tuple[str, int], finish: bool = True) -> bytes:
    out = io.BytesIO()
    writer = BackupWriter(out, service="booking", taken_at=NOW, master=KEY)
    for collection, number in documents:
        writer.add(collection, bson.encode({"_id": number}))
    if finish:
        writer.finish()
    return out.getvalue()


def read(content: bytes, *, service: str = "booking", key: KeyLine = KEY) -> tuple[list[Piece], BackupReader]:
    reader = BackupReader(io.BytesIO(content), service=service, master=key)
    return list(reader.pieces()), reader


def pieces_of(content: bytes) -> list[bytes]:
    """The head, and each piece as it lies in the file."""
    at = len(file.MAGIC)
    at += 4 + int.from_bytes(content[at : at + 4], "big")
    found = [content[:at]]
    while at < len(content):
        end = at + 5 + int.from_bytes(content[at + 1 : at + 5], "big")
        found.append(content[at:end])
        at = end
    return found


def test_what_was_written_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "PIECE_BYTES", 40)
    content = written(("a", 1), ("a", 2), ("a", 3), ("b", 1))

    pieces, reader = read(content)

    found = [(piece.collection, each["_id"]) for piece in pieces for each in bson.decode_all(piece.documents)]
    assert found == [("a", 1), ("a", 2), ("a", 3), ("b", 1)]
    assert [piece.collection for piece in pieces] == ["a", "a", "b"], "no piece is of two collections"
    assert (reader.head.taken_at, dict(reader.counts)) == (NOW, {"a": 3, "b": 1})


def test_an_empty_store_has_a_backup_too() -> None:
    assert read(written())[0] == []


def test_nothing_of_a_document_can_be_read_in_it() -> None:
    assert b"_id" not in written(("a", 1))


Change = Callable[[list[bytes]], list[bytes]]


@pytest.mark.parametrize(
    "change",
    [
        lambda pieces: pieces[:-1],
        lambda pieces: [*pieces[:-1], pieces[-1][:-1]],
        lambda pieces: [pieces[0], pieces[2], pieces[1], pieces[3]],
        lambda pieces: [pieces[0], *pieces[2:]],
        lambda pieces: [pieces[0], pieces[1], *pieces[1:]],
        lambda pieces: [*pieces, b"x"],
        lambda pieces: [*pieces[:-1], b"\0" + pieces[-1][1:]],
        lambda pieces: [pieces[0].replace(b"09:00", b"10:00"), *pieces[1:]],
        lambda pieces: [pieces[0], b"\0" + (2**32 - 1).to_bytes(4, "big"), *pieces[1:]],
        lambda pieces: [b"x", *pieces],
    ],
    ids=["no end", "cut off", "reordered", "left out", "twice", "longer", "end hidden", "head", "huge", "no backup"],
)
def test_what_was_changed_is_no_backup(change: Change) -> None:
    pieces = pieces_of(written(("a", 1), ("b", 1)))
    assert len(pieces) == 4

    with pytest.raises(BackupBroken):
        read(b"".join(change(pieces)))


@pytest.mark.parametrize("head", [b"", b"[]", b"{}", b'{"service": "booking"}', b"\xff", b"[" * file.LARGEST_HEAD])
def test_a_head_that_cannot_be_read_is_no_backup(head: bytes) -> None:
    with pytest.raises(BackupBroken, match="head cannot be read"):
        read(file.MAGIC + len(head).to_bytes(4, "big") + head)


def test_any_changed_bit_is_seen() -> None:
    content = written(("a", 1))

    for at in range(len(content)):
        with pytest.raises(BackupBroken):
            read(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])


def test_it_says_whose_it_is_and_whose_key_it_needs() -> None:
    with pytest.raises(BackupBroken, match="a backup of 'booking', not of billing"):
        read(written(), service="billing")
    with pytest.raises(BackupBroken, match=f"the master key '{KEY.current_id}', which is not held"):
        read(written(), key=KeyLine(KeyKind.MASTER, os.urandom(96)))
