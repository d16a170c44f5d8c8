"""A key service to ask, and a process that is told of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from careflow_service.testing.key_service import KeyService, key_service


@pytest.fixture
def kms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyService]:
    with key_service(tmp_path) as running:
        for name, value in running.variables.items():
            monkeypatch.setenv(name, value)
        yield running
