"""What several of these tests stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from careflow_cli import checkout
from careflow_cli.processes.watchdog import Watchdog


@pytest.fixture
def stack_folder() -> Iterator[Path]:
    """The folder of a stack; ended with all that was started for it."""
    folder = checkout.temporary()
    watchdog = Watchdog(folder)
    yield folder
    watchdog.close()
    assert not folder.exists()
