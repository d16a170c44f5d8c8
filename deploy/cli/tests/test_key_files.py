"""The key files of a service: a key joins the others, is put away, and is never lost on the way."""

import json
from pathlib import Path

import pytest

from careflow_cli.errors import CareflowError
from careflow_cli.stack.key_files import KeyFiles, key_id
from careflow_cli.stack.secrets import Secrets


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    made = Secrets(tmp_path / "secrets", 0o444)
    made.make_service_keys("booking")
    return made


@pytest.fixture
def files(secrets: Secrets) -> KeyFiles:
    return KeyFiles(secrets, "booking")


def first(files: KeyFiles, kind: str) -> bytes:
    return (files.secrets.folder / f"booking-{kind}.key").read_bytes()


@pytest.mark.parametrize("kind", ["master", "audit"])
def test_a_new_key_stands_beside_the_others(files: KeyFiles, kind: str) -> None:
    before = first(files, kind)

    one, other = files.add(kind), files.add(kind)

    assert files.held(kind) == [key_id(kind, before), one, other]
    assert len({len(first(files, kind)), len(before)}) == 1
    assert first(files, kind) == before


def test_a_key_of_one_kind_leaves_those_of_another_alone(files: KeyFiles) -> None:
    before = files.held("audit")
    files.add("master")
    assert files.held("audit") == before


def test_the_first_key_that_is_put_away_makes_room_for_the_next(files: KeyFiles) -> None:
    (old,) = files.held("master")
    new = files.add("master")

    files.put_away("master", old)

    assert files.held("master") == [new]
    assert key_id("master", first(files, "master")) == new
    assert json.loads((files.secrets.folder / files.further_name).read_bytes()) == {"master": []}
    assert len(json.loads((files.secrets.folder / files.away_name).read_bytes())["master"]) == 1


def test_a_key_that_never_counted_is_put_away_too(files: KeyFiles) -> None:
    (old,) = files.held("audit")
    files.put_away("audit", files.add("audit"))
    assert files.held("audit") == [old]


@pytest.mark.parametrize("steps", range(3))
def test_wherever_it_is_cut_short_no_key_is_lost_and_it_is_gone_on_with(
    files: KeyFiles, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = files.held("master")
    new, put = files.add("master"), Secrets.put
    written: list[str] = []

    def only_some(secrets: Secrets, name: str, content: bytes) -> None:
        if len(written) == steps:
            raise KeyboardInterrupt
        written.append(name)
        put(secrets, name, content)

    with monkeypatch.context() as cut_short:
        cut_short.setattr(Secrets, "put", only_some)
        with pytest.raises(KeyboardInterrupt):
            files.put_away("master", old)
    assert new in files.held("master")
    assert old in [*files.held("master"), *files.away("master")]

    if old in files.held("master"):
        files.put_away("master", old)
    assert (files.held("master"), files.away("master")) == ([new], [old])


def test_what_was_put_away_is_given_again_beside_the_others_and_twice_is_once(files: KeyFiles) -> None:
    (old,) = files.held("master")
    new, audit = files.add("master"), files.add("audit")
    files.put_away("master", old)

    files.put_back("master", old)
    files.put_back("master", old)

    assert (files.held("master"), files.away("master")) == ([new, old], [old])
    assert audit in files.held("audit")
    with pytest.raises(CareflowError, match="holds no master key"):
        files.put_back("master", new)


def test_the_only_key_and_one_there_is_not_stay(files: KeyFiles) -> None:
    (only,) = files.held("master")
    with pytest.raises(CareflowError, match="is the only master key"):
        files.put_away("master", only)
    with pytest.raises(CareflowError, match="is given no master key"):
        files.put_away("master", "0" * 16)


@pytest.mark.parametrize("content", ["", "[]", '{"master": ["?"]}', '{"master": 1}'])
def test_a_file_of_keys_that_is_none_is_said(files: KeyFiles, content: str) -> None:
    file = files.secrets.folder / files.further_name
    file.chmod(0o600)
    file.write_text(content)
    with pytest.raises(CareflowError, match="is not a file of keys"):
        files.add("master")


def test_a_folder_without_keys_is_said(tmp_path: Path) -> None:
    with pytest.raises(CareflowError, match=r"booking-master\.key cannot be read"):
        KeyFiles(Secrets(tmp_path), "booking").add("master")
