"""Deployments as `careflow init` makes them, in a folder of the test's own."""

from dataclasses import replace

import pytest

from careflow_cli.deployment import settings
from careflow_cli.deployment.deployment import EXAMPLE_PRACTICE, Deployment, Wishes
from careflow_cli.deployment.overlays import Overlay
from tests.deployment.compose_files import ROOT, Tree, understood

COMPLETE = Wishes(
    host="careflow.example.org",
    issuer="https://login.example.org/",
    jwks_url="https://login.example.org/keys",
    practice=ROOT / EXAMPLE_PRACTICE,
)
WITH_IDENTITY = Wishes(
    bundled=frozenset({Overlay.IDENTITY}), host="careflow.example.org", practice=ROOT / EXAMPLE_PRACTICE
)
WATCHED = replace(WITH_IDENTITY, bundled=frozenset({Overlay.IDENTITY, Overlay.OBSERVABILITY}))
GATEWAYS = '{"sms": "https://gateway.example/sms", "voice": "https://gateway.example/voice"}'


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """What docker-compose.yml says with the secrets and settings of production."""
    return made(tmp_path_factory, COMPLETE)


@pytest.fixture(scope="session")
def development(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """The same with the development overlay."""
    return made(tmp_path_factory, Wishes(development=True))


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Production with the bundled identity provider."""
    return made(tmp_path_factory, WITH_IDENTITY)


@pytest.fixture(scope="session")
def observability(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Production with the bundled identity provider, watched."""
    return made(tmp_path_factory, WATCHED)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Production with one store for all services."""
    return made(tmp_path_factory, replace(COMPLETE, bundled=frozenset({Overlay.SMALL})))


@pytest.fixture(scope="session")
def store_tls(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Production with stores that speak TLS alone."""
    return made(tmp_path_factory, replace(COMPLETE, bundled=frozenset({Overlay.STORE_TLS})))


@pytest.fixture(scope="session")
def store_tls_ha(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """The same with three members of each store."""
    return made(tmp_path_factory, replace(COMPLETE, bundled=frozenset({Overlay.HA, Overlay.STORE_TLS})))


@pytest.fixture(scope="session")
def ha(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Production with three brokers and three members of each store."""
    return made(tmp_path_factory, replace(COMPLETE, bundled=frozenset({Overlay.HA})))


@pytest.fixture(scope="session")
def secure_ha(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """The same with accounts and TLS at Kafka."""
    return made(tmp_path_factory, replace(COMPLETE, bundled=frozenset({Overlay.HA, Overlay.SECURE})))


@pytest.fixture(scope="session")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Production with the bundled identity provider, and with accounts and TLS at Kafka."""
    return made(tmp_path_factory, replace(WITH_IDENTITY, bundled=frozenset({Overlay.IDENTITY, Overlay.SECURE})))


@pytest.fixture(scope="session")
def secure_development(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A try of the same."""
    return made(tmp_path_factory, Wishes(development=True, bundled=frozenset({Overlay.SECURE})))


def made(folders: pytest.TempPathFactory, wishes: Wishes) -> Tree:
    folder = folders.mktemp("deployment")
    Deployment(ROOT, folder / "secrets", folder / ".env", folder / "development", folder / "content").make(wishes)
    variables = {**settings.values(folder / ".env"), "CAREFLOW_PAGE_GATEWAYS": GATEWAYS}
    return understood(variables)
