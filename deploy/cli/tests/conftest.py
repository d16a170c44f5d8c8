"""What several of these tests stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from careflow_cli import checkout
from careflow_cli.processes.watchdog import Watchdog
from deploy.cli.tests.operating import Careflow, on_a_deployment


@pytest.fixture
def stack_folder() -> Iterator[Path]:
    """The folder of a stack; ended with all that was started for it."""
    folder = checkout.temporary()
    watchdog = Watchdog(folder)
    yield folder
    watchdog.close()
    assert not folder.exists()


@pytest.fixture
def careflow(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Careflow:
    """The command of an operator of a deployment."""
    return on_a_deployment(monkeypatch, capsys)
