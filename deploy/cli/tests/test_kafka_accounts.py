"""Accounts of a Kafka that asks for them: made once, each with what it may do, and readers beside them."""

import json
import re
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from typer.testing import CliRunner

from careflow_cli.deployment import kafka_accounts
from careflow_cli.deployment.examining.certificate_found import kafka_found
from careflow_cli.deployment.examining.findings import Deployed, Finding, State
from careflow_cli.deployment.overlays import BASE, Overlay
from careflow_cli.errors import CareflowError
from careflow_cli.infra import account
from careflow_cli.infra.access import Grant, Operation, Pattern, Resource, for_deployment, granted
from careflow_cli.main import app
from careflow_cli.stack.secrets import Secrets
from careflow_events.topics import SERVICES

ROOT = Path(__file__).parents[3]
TOPICS = ROOT / "deploy" / "kafka" / "topics.yaml"
DECLARED: dict[str, Any] = yaml.safe_load(TOPICS.read_text("utf-8"))


@pytest.fixture
def kept(tmp_path: Path) -> Secrets:
    """As `careflow init --with secure` makes them."""
    kept = Secrets(tmp_path / "secrets", 0o444)
    kafka_accounts.make_authority(kept)
    kafka_accounts.make_keystore(kept)
    kafka_accounts.make_accounts(kept)
    return kept


def accounts(kept: Secrets) -> dict[str, str]:
    """Those Kafka knows, with their passwords."""
    text = (kept.folder / kafka_accounts.JAAS).read_text("utf-8")
    return dict(re.findall(r'user_([a-z0-9-]+)="([^"]+)"', text))


def found(kept: Secrets) -> list[Finding]:
    settings = {"COMPOSE_FILE": f"{BASE}:{Overlay.SECURE.file}"}
    return list(kafka_found(Deployed(ROOT, ROOT / ".env", kept.folder, settings)))


def may(account: str, operation: Operation, resource: Resource, readers: dict[str, list[str]]) -> set[str]:
    """The names of what it may do that to."""
    rights = granted(DECLARED, readers)
    return {each.name for each in rights if each[:3] == (account, operation, resource)}


# -- what is made


def test_everybody_who_speaks_to_kafka_has_an_account_with_a_password_of_its_own(kept: Secrets) -> None:
    known = accounts(kept)

    assert known.keys() == {"kafka", "topics", *SERVICES}
    assert len({*known.values()}) == len(known)
    assert all(len(password) >= 32 for password in known.values())
    for name, password in known.items():
        assert (kept.folder / kafka_accounts.password_file(name)).read_text() == password


def test_its_certificate_is_believed_under_its_name_by_who_believes_the_authority(kept: Secrets) -> None:
    authority, keystore = kept.folder / kafka_accounts.AUTHORITY[0], kept.folder / kafka_accounts.KEYSTORE
    client, server = ssl.create_default_context(cafile=str(authority)), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(keystore)

    assert all(shaken_hands(client, server, broker) for broker in ("kafka", "kafka-2", "kafka-3"))
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken_hands(client, server, "another")
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken_hands(ssl.create_default_context(), server, "kafka")


def shaken_hands(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> bool:
    """A TLS handshake without a network."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = client.wrap_bio(down, up, server_hostname=name), server.wrap_bio(up, down, server_side=True)
    done: set[int] = set()
    while len(done) < len(sides):
        for number, side in enumerate(sides):
            try:
                side.do_handshake()
                done.add(number)
            except ssl.SSLWantReadError:
                continue
    return True


@pytest.mark.parametrize(
    ("days", "state", "says"),
    [(0, State.OK, "good until"), (370, State.WARN, "it ends on"), (400, State.FAIL, "it ended on")],
)
def test_doctor_watches_its_end(
    kept: Secrets, monkeypatch: pytest.MonkeyPatch, days: int, state: State, says: str
) -> None:
    class Then(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(UTC) + timedelta(days=days)

    monkeypatch.setattr("careflow_cli.deployment.examining.certificate_found.datetime", Then)

    (finding,) = found(kept)
    assert finding.state is state
    assert finding.says.startswith(says)


def test_doctor_knows_whose_certificate_it_is(kept: Secrets, tmp_path: Path) -> None:
    other = Secrets(tmp_path / "other", 0o444)
    kafka_accounts.make_authority(other)
    kept.put(kafka_accounts.AUTHORITY[0], (other.folder / kafka_accounts.AUTHORITY[0]).read_bytes())

    (finding,) = found(kept)
    assert (finding.state, "not vouched for" in finding.says) == (State.FAIL, True)


def test_a_certificate_that_was_removed_is_made_anew_by_the_same_authority(kept: Secrets) -> None:
    keystore = kept.folder / kafka_accounts.KEYSTORE
    before = x509.load_pem_x509_certificate(keystore.read_bytes()).serial_number
    keystore.unlink()

    kafka_accounts.make_keystore(kept)

    assert x509.load_pem_x509_certificate(keystore.read_bytes()).serial_number != before
    assert [each.state for each in found(kept)] == [State.OK]


# -- what each may do


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_writes_its_own_topics_and_feeds_the_others(service: str) -> None:
    own = {row["name"] for row in DECLARED["topics"] if row["writer"] in (service, "*")}

    assert may(service, Operation.WRITE, Resource.TOPIC, {}) == own


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_what_it_hears_what_it_said_and_what_it_is_fed(service: str) -> None:
    heard = {row["name"] for row in DECLARED["topics"] if service in row["readers"]}
    said = {row["name"] for row in DECLARED["topics"] if row["writer"] == service}

    assert may(service, Operation.READ, Resource.TOPIC, {}) == heard | said
    assert f"careflow.refeed.{service}.v1" in heard
    assert {name for name in heard if "refeed" in name} == {f"careflow.refeed.{service}.v1"}
    assert may(service, Operation.READ, Resource.GROUP, {}) == {f"careflow.{service}."}


def test_a_reader_reads_its_classifications_in_its_own_groups_and_writes_nothing() -> None:
    readers = {"warehouse": ["financial", "safety"]}

    assert may("warehouse", Operation.READ, Resource.TOPIC, readers) == {
        "careflow.billing.v1",
        "careflow.screening.safety.v1",
        "careflow.sessions.safety.v1",
    }
    assert Grant("warehouse", Operation.READ, Resource.GROUP, "warehouse.", Pattern.PREFIXED) in granted(
        DECLARED, readers
    )
    assert may("warehouse", Operation.WRITE, Resource.TOPIC, readers) == set()


@pytest.mark.parametrize(
    "readers",
    [
        {"warehouse": ["internal"]},
        {"warehouse": ["all"]},
        {"billing": ["safety"]},
        {"topics": ["safety"]},
        ["warehouse"],
    ],
    ids=str,
)
def test_a_file_of_readers_that_goes_too_far_grants_nothing(tmp_path: Path, readers: object) -> None:
    file = tmp_path / "readers.json"
    file.write_text(json.dumps(readers))

    with pytest.raises(CareflowError):
        for_deployment(TOPICS, file)


# -- readers


def readers(kept: Secrets, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["readers", *arguments, "--secrets", str(kept.folder)])


def test_a_reader_is_admitted_let_read_something_else_and_dismissed(kept: Secrets) -> None:
    file = kept.folder / kafka_accounts.password_file("warehouse")

    assert readers(kept, "admit", "warehouse", "--to", "operational").exit_code == 0
    password = file.read_text()
    assert readers(kept, "admit", "warehouse", "--to", "safety", "--to", "financial").exit_code == 0

    assert readers(kept, "list").output == "warehouse: financial, safety\n"
    assert accounts(kept)["warehouse"] == password == file.read_text(), "its password stays"
    assert for_deployment(TOPICS, kept.folder / kafka_accounts.READERS)

    assert readers(kept, "dismiss", "warehouse").exit_code == 0
    assert "warehouse" not in accounts(kept)
    assert not file.exists()
    assert readers(kept, "list").output == ""


@pytest.mark.parametrize("name", ["booking", "kafka", "topics", "careflow", "Warehouse", "a b", 'x"', "*"])
def test_a_name_that_is_taken_or_says_more_than_a_name_is_refused(kept: Secrets, name: str) -> None:
    before = {file.name: file.read_bytes() for file in kept.folder.iterdir()}

    with pytest.raises(CareflowError, match="cannot be a reader's name"):
        kafka_accounts.admit(kept, name, ["operational"])

    assert {file.name: file.read_bytes() for file in kept.folder.iterdir()} == before


def test_nobody_is_let_read_what_is_between_services(kept: Secrets) -> None:
    with pytest.raises(CareflowError, match="operational, safety, financial"):
        kafka_accounts.admit(kept, "warehouse", ["internal"])


# -- as whom the command speaks


def test_the_command_has_no_account_or_a_whole_one(kept: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in account.NAMES:
        monkeypatch.delenv(name, raising=False)
    assert account.options() == {}

    monkeypatch.setenv("KAFKA_ACCOUNT", "topics")
    monkeypatch.setenv("KAFKA_PASSWORD_FILE", str(kept.folder / kafka_accounts.password_file("topics")))
    with pytest.raises(CareflowError, match=r"^KAFKA_CA_FILE missing"):
        account.options()

    monkeypatch.setenv("KAFKA_CA_FILE", str(kept.folder / kafka_accounts.AUTHORITY[0]))
    assert account.options()["sasl_plain_password"] == accounts(kept)["topics"]

    monkeypatch.setenv("KAFKA_CA_FILE", str(kept.folder / "lost.pem"))
    with pytest.raises(CareflowError, match="cannot be read"):
        account.options()
