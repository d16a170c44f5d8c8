"""A process starts with keys that only a KMS opens, works on while it is away, and does not start without it."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from careflow_service.kms import Kms, is_sealed
from careflow_service.kms.sealed import sealed
from careflow_service.main import EXIT_CANNOT_START, main
from careflow_service.testing.key_service import KeyService
from libs.service.tests.toy.service import SERVICE
from libs.service.tests.toy.world import World

FILES = ("CAREFLOW_MASTER_KEY_FILE", "CAREFLOW_BLIND_INDEX_KEY_FILE", "CAREFLOW_AUDIT_KEY_FILE")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = before


@pytest.fixture
def given(world: World, kms: KeyService, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world as this process's environment, its files of keys sealed."""
    for name in [name for name in os.environ if name.startswith("CAREFLOW_")]:
        monkeypatch.delenv(name)
    for name, value in {**world.environment, **kms.variables}.items():
        monkeypatch.setenv(name, value)
    for file in (Path(world.environment[name]) for name in FILES):
        file.write_bytes(sealed(file.read_bytes(), Kms.of(kms.variables)))
        assert is_sealed(file.read_bytes())
    return world


def ended_with(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(SERVICE, arguments)
    return ended.value.code


@pytest.mark.usefixtures("given")
def test_a_process_starts_with_sealed_keys_and_without_its_kms_says_why_it_does_not(
    kms: KeyService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended_with("indexes") == 0

    kms.tells(credentials={"accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "taken away"})

    assert ended_with("indexes") == EXIT_CANNOT_START
    (line,) = (line for line in capsys.readouterr().err.splitlines() if not line.startswith("{"))
    assert line.startswith("toy indexes cannot start: CAREFLOW_MASTER_KEY_FILE: the key service at 127.0.0.1:")
    assert line.endswith(" refuses (UnrecognizedClientException)")
