"""One provider for the tests of this folder, with a clinic's people and programs entered."""

from collections.abc import Iterator

import pytest

from careflow_cli.processes.ports import free_ports
from tests.identity.environment import python
from tests.identity.provider import BACK, LocalProvider


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What stands here installs and runs another program, and `make test` does without."""
    for item in items:
        if "identity" in item.path.parts:
            item.add_marker(pytest.mark.long)
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalProvider]:
    """Up, with an application people log in with and a machine."""
    (port,) = free_ports(1)
    provider = LocalProvider(python(), tmp_path_factory.mktemp("identity") / "provider", port)
    provider.prepare()
    provider.start()
    try:
        provider.has_application("desk", BACK)
        provider.has_machine("import", "coordinator")
        yield provider
    finally:
        provider.stop()
