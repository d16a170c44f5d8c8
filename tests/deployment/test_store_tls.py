"""The overlay `store-tls`: stores speak TLS alone, to who believes the authority of this deployment."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import ServerSelectionTimeoutError
from pymongo.uri_parser import parse_uri

from careflow_cli.deployment import stores
from careflow_cli.deployment.examining.certificate_found import stores_found
from careflow_cli.deployment.examining.findings import Deployed, State
from careflow_cli.deployment.overlays import BASE, Overlay
from careflow_cli.stack.secrets import Secrets
from careflow_cli.stack.services import SERVICES
from careflow_service.mongo.client import StoreTls, StoreUrlWrong, open_client
from careflow_service.processes.opening import StartUpFailure, opened
from libs.service.tests.toy.service import SERVICE
from libs.service.tests.toy.world import World
from tests.deployment.compose_files import ROOT, Tree, secret_names

NAMES = [spec.name for spec in SERVICES]
FLAGS = (
    " --tlsMode requireTLS --tlsCertificateKeyFile /run/secrets/store-keystore"
    " --tlsCAFile /run/secrets/store-authority --tlsAllowConnectionsWithoutCertificates"
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    """As `careflow init --with store-tls` makes them."""
    made = Secrets(tmp_path_factory.mktemp("secrets"), 0o444)
    stores.make_authority(made)
    for name in NAMES:
        stores.make_keystore(made, name)
    return made


@asynccontextmanager
async def over_tls(store_url: str, keystore: Path, *, asks: Path | None = None) -> AsyncIterator[str]:
    """The store, behind TLS alone; `asks`: who connects has to show a certificate that this authority vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keystore)
    if asks is not None:
        context.load_verify_locations(asks)
        context.verify_mode = ssl.CERT_REQUIRED
    ((host, port),) = parse_uri(store_url)["nodelist"]
    tasks: set[asyncio.Task[None]] = set()

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(host, port)
        for each in (pipe(reader, there_writer), pipe(there_reader, writer)):
            task = asyncio.ensure_future(each)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    try:
        yield f"mongodb://127.0.0.1:{server.sockets[0].getsockname()[1]}/?directConnection=true"
    finally:
        server.close()
        for task in [*tasks]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def answers(url: str, tls: StoreTls) -> bool:
    async with open_client(f"{url}&serverSelectionTimeoutMS=600", name="tests", tls=tls) as client:
        try:
            return bool((await client.admin.command("ping"))["ok"])
        except ServerSelectionTimeoutError:
            return False


# -- what compose says


@pytest.mark.parametrize("service", NAMES)
def test_a_store_is_started_as_ever_and_speaks_tls_alone(
    deployment: Tree, store_tls: Tree, store_tls_ha: Tree, service: str
) -> None:
    (*shell, before) = deployment["services"][f"{service}-store"]["command"]
    for tree, members in ((store_tls, ("",)), (store_tls_ha, ("", "-2", "-3"))):
        for member in members:
            store = tree["services"][f"{service}-store{member}"]
            assert store["command"] == [*shell, before + FLAGS]
            assert (
                secret_names(store).items()
                >= {
                    "store-authority": "store-authority",
                    "store-keystore": f"{service}-store-keystore",
                }.items()
            )


@pytest.mark.parametrize("service", NAMES)
def test_whoever_reaches_a_store_knows_who_vouches_for_it(store_tls: Tree, service: str) -> None:
    for part in ("store-init", "indexes", "api", "worker", "timers"):
        each = store_tls["services"][f"{service}-{part}"]
        assert each["environment"]["CAREFLOW_MONGO_CA_FILE"] == "/run/secrets/store-authority"
        assert "store-authority" in secret_names(each)


def test_a_store_is_believed_by_every_name_it_is_found_under(kept: Secrets, small: Tree) -> None:
    for name in NAMES:
        assert {f"{name}-store", f"{name}-store-2", f"{name}-store-3"} <= {*stores.names(name)}
    aliases = small["services"]["booking-store"]["networks"]
    assert {alias for each in aliases.values() if each for alias in each["aliases"]} <= {*stores.names("booking")}


# -- what a service makes of it


@pytest.mark.store
@pytest.mark.thorough
async def test_a_service_speaks_to_a_store_it_has_been_told_to_believe(kept: Secrets, store_url: str) -> None:
    authority = kept.folder / stores.AUTHORITY[0]
    async with over_tls(store_url, kept.folder / stores.keystore("booking")) as url:
        assert await answers(url, StoreTls(authority))
        assert not await answers(url, StoreTls()), "in plain text"


@pytest.mark.store
@pytest.mark.thorough
async def test_a_store_that_nobody_vouches_for_is_not_spoken_to(kept: Secrets, store_url: str, tmp_path: Path) -> None:
    another = Secrets(tmp_path, 0o444)
    stores.make_authority(another)
    async with over_tls(store_url, kept.folder / stores.keystore("booking")) as url:
        assert not await answers(url, StoreTls(tmp_path / stores.AUTHORITY[0]))


@pytest.mark.store
@pytest.mark.thorough
async def test_a_process_that_does_not_believe_its_store_says_so(kept: Secrets, store_url: str, tmp_path: Path) -> None:
    world, another = World(tmp_path, "", "believed"), Secrets(tmp_path, 0o444)
    stores.make_authority(another)
    async with over_tls(store_url, kept.folder / stores.keystore("booking")) as url:
        told = {"CAREFLOW_MONGO_URL": url, "CAREFLOW_MONGO_CA_FILE": str(tmp_path / stores.AUTHORITY[0])}
        world.environment |= told
        with pytest.raises(StartUpFailure, match=r"^nobody in CAREFLOW_MONGO_CA_FILE vouches for the store$"):
            async with opened(SERVICE, world.settings(), process="tests"):
                pass


@pytest.mark.store
@pytest.mark.thorough
async def test_a_store_that_asks_is_shown_the_certificate_of_the_service(kept: Secrets, store_url: str) -> None:
    authority, own = kept.folder / stores.AUTHORITY[0], kept.folder / stores.keystore("billing")
    async with over_tls(store_url, kept.folder / stores.keystore("booking"), asks=authority) as url:
        assert await answers(url, StoreTls(authority, own))
        assert not await answers(url, StoreTls(authority))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "CAREFLOW_MONGO_CA_FILE cannot be read (No such file or directory)"),
        ("not a certificate", "CAREFLOW_MONGO_CA_FILE holds no certificates"),
    ],
)
async def test_an_authority_that_is_of_no_use_is_named(tmp_path: Path, content: str | None, says: str) -> None:
    file = tmp_path / "authority.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(StoreUrlWrong) as refused:
        open_client("mongodb://localhost/", name="tests", tls=StoreTls(file))
    assert str(refused.value) == says


async def test_a_certificate_without_its_key_is_named(kept: Secrets) -> None:
    authority = kept.folder / stores.AUTHORITY[0]
    with pytest.raises(StoreUrlWrong, match=r"^CAREFLOW_MONGO_CERTIFICATE_FILE is not a certificate with its key$"):
        open_client("mongodb://localhost/", name="tests", tls=StoreTls(authority, authority))


# -- what doctor says of it


@pytest.mark.parametrize(
    ("days", "state", "says"),
    [(0, State.OK, "good until"), (370, State.WARN, "it ends on"), (400, State.FAIL, "it ended on")],
)
def test_doctor_watches_the_ends(
    kept: Secrets, monkeypatch: pytest.MonkeyPatch, days: int, state: State, says: str
) -> None:
    class Then(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(UTC) + timedelta(days=days)

    monkeypatch.setattr("careflow_cli.deployment.examining.certificate_found.datetime", Then)
    settings = {"COMPOSE_FILE": f"{BASE}:{Overlay.STORE_TLS.file}"}

    (found,) = stores_found(Deployed(ROOT, ROOT / ".env", kept.folder, settings))

    assert (found.check, found.state) == ("stores", state)
    assert found.says.startswith(says)


def test_doctor_says_nothing_of_stores_without_tls(kept: Secrets) -> None:
    assert list(stores_found(Deployed(ROOT, ROOT / ".env", kept.folder, {"COMPOSE_FILE": BASE}))) == []
