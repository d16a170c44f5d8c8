"""The command and the services speak of the same keys: by the same ids, in the same files."""

import os
from pathlib import Path

import pytest

from careflow_cli.stack.key_files import SIZES, KeyFiles, key_id
from careflow_cli.stack.secrets import Secrets
from careflow_service.mongo.further_keys import reading
from careflow_service.mongo.key_lines import Key, KeyKind


@pytest.mark.parametrize("kind", SIZES)
def test_a_key_has_one_id(kind: str) -> None:
    key = os.urandom(SIZES[kind])
    assert key_id(kind, key) == Key.of(KeyKind(kind), key).id


@pytest.mark.parametrize("kind", SIZES)
def test_a_service_reads_the_keys_that_the_command_has_made(tmp_path: Path, kind: str) -> None:
    secrets = Secrets(tmp_path)
    secrets.make_service_keys("booking")
    files = KeyFiles(secrets, "booking")
    further = reading(Path(secrets.variables("booking")["CAREFLOW_FURTHER_KEYS_FILE"]))
    assert not further()

    made = files.add(kind)

    assert [Key.of(KeyKind(kind), key).id for key in further()[KeyKind(kind)]] == [made]
