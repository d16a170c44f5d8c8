"""A deployment as for a clinic, with the bundled identity provider and with accounts and TLS at Kafka: the provider is
behind the edge, beside a service that believes it; and each account does at Kafka what is its own, and nothing else.
"""

import json
import subprocess
import threading
from collections.abc import Iterator

import httpx
import pytest
from joserfc import jws

from careflow_cli.deployment import kafka_accounts
from careflow_cli.deployment.deployment import EXAMPLE_PRACTICE, READABLE, Wishes
from careflow_cli.deployment.overlays import Overlay
from careflow_cli.stack.secrets import Secrets
from tests.compose.attempts import DONE, Attempt, told
from tests.compose.project import ROOT, Project, docker, until, what_is_missing
from tests.identity.provider import Browser, Provider

HOST = "careflow.example.org"
LOGIN = f"login.{HOST}"
BACK = f"https://{HOST}/desk/back"
READER = "warehouse"
BOOKING, SCREENING, SAFETY = "careflow.booking.v1", "careflow.screening.v1", "careflow.screening.safety.v1"
NOT_THE_TOPIC, NOT_THE_GROUP = "TopicAuthorizationFailedError", "GroupAuthorizationFailedError"
NOT_SEEN = "PermissionError"
NOT_LET_IN = "KafkaConnectionError"
KEYS_FOUND_WITHIN = 45.0  # seconds; a key nobody knows is looked for at most every 30


class Nearby(httpx.HTTPTransport):
    """Reaches every name at the edge of a project on this host, without asking anybody where that name is."""

    def __init__(self, project: Project) -> None:
        super().__init__(verify=project.trust())
        self._port = project.edge_port

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host
        headers = [(key, value) for key, value in request.headers.raw if key.lower() != b"host"]
        there = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1", port=self._port),
            headers=[(b"Host", name.encode()), *headers],
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": name},
        )
        return super().handle_request(there)


class DeployedProvider(Provider):
    """The provider of a project."""

    def __init__(self, project: Project) -> None:
        super().__init__()
        self.project = project

    @property
    def url(self) -> str:
        return f"https://{LOGIN}"

    def client(self) -> httpx.Client:
        return httpx.Client(
            transport=Nearby(self.project), follow_redirects=True, timeout=30, headers={"Connection": "close"}
        )

    def refused_or_done(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        (container,) = self.project.containers("identity")
        return self.project.execute(container["Id"], "start", *arguments)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedProvider]:
    """Up beside booking alone: the other services ask in the same way."""
    if missing := what_is_missing():
        pytest.exit(f"test-compose: {missing}", returncode=1)
    wishes = Wishes(bundled=frozenset({Overlay.IDENTITY, Overlay.SECURE}), host=HOST, practice=ROOT / EXAMPLE_PRACTICE)
    with Project.prepared(tmp_path_factory.mktemp("identity"), wishes) as project:
        kafka_accounts.admit(Secrets(project.folder / "secrets", READABLE), READER, ["operational"])
        project.build("identity", "topics", "booking-indexes")
        project.compose("up", "--detach", "identity", "booking-api", "booking-worker")
        project.compose("up", "--detach", "--no-deps", "edge")
        project.await_healthy()
        provider = DeployedProvider(project)
        provider.has_application("desk", BACK)
        provider.has_machine("import", "coordinator")
        yield provider


def asked(provider: DeployedProvider, token: str) -> int:
    """What booking answers at the edge."""
    with provider.client() as client:
        headers = {"Authorization": f"Bearer {token}"}
        return client.get(f"https://{HOST}/booking/v1/practitioners", headers=headers).status_code


def test_people_and_machines_reach_a_service_with_what_the_provider_gives_them(provider: DeployedProvider) -> None:
    ann = provider.somebody("ann", "nurse")
    ann.logs_in("ann")
    tokens, of_machine = ann.tokens("desk", back=BACK), provider.machine_token("import")

    assert asked(provider, tokens["access_token"]) == 200
    assert asked(provider, of_machine) == 200
    assert asked(provider, tokens["id_token"]) == 401
    assert asked(provider, "unknown") == 401

    (container,) = provider.project.containers("identity")
    docker("stop", container["Id"])
    try:
        assert asked(provider, tokens["access_token"]) == 200
        assert asked(provider, "another unknown") == 503
    finally:
        docker("start", container["Id"])
        provider.project.await_healthy(container["Id"])
    assert provider.refused_or_done("link", "ann").returncode == 0, "who was entered is still there"


def test_new_signing_keys_take_over_and_nobody_is_turned_away_meanwhile(provider: DeployedProvider) -> None:
    project, file = provider.project, provider.project.folder / "secrets" / "identity-signing.json"
    rosa = provider.somebody("rosa", "nurse")
    rosa.logs_in("rosa")
    before = rosa.tokens("desk", back=BACK)["access_token"]
    answers: list[int] = []
    done = threading.Event()

    def work() -> None:
        while not done.wait(0.2):
            answers.append(asked(provider, before))

    def sign_with(keys: str) -> str:
        """The key that signs from then on, as the page has it: another file, in the place of the one before."""
        new = file.with_suffix(".new")
        new.write_text(keys, "utf-8")
        new.chmod(0o444)
        new.replace(file)
        project.compose("up", "--detach", "--force-recreate", "identity")
        project.await_healthy()
        tokens = rosa.tokens("desk", back=BACK)
        assert until(lambda: asked(provider, tokens["access_token"]) == 200, KEYS_FOUND_WITHIN)
        assert asked(provider, provider.machine_token("import")) == 200
        return str(jws.extract_compact(tokens["id_token"].encode()).headers()["kid"])

    working = threading.Thread(target=work)
    working.start()
    try:
        rotated = json.loads(provider.command("rotated-keys"))
        old, new = rotated["keys"][1]["kid"], rotated["keys"][0]["kid"]
        assert sign_with(json.dumps(rotated)) == new != old
        assert sign_with(json.dumps({"keys": rotated["keys"][:1]})) == new
    finally:
        done.set()
        working.join(60)
    assert {*answers} == {200}
    assert len(answers) > 10


@pytest.mark.parametrize("path", ["invite", "join", "register", "oauth/register", "health/ready", "booking/v1/rooms"])
def test_the_edge_keeps_the_ways_to_enter_oneself_closed_and_names_apart(provider: DeployedProvider, path: str) -> None:
    with provider.client() as client:
        assert client.get(f"{provider.url}/{path}").status_code == 404
        assert client.get(f"https://{HOST}/login").status_code == 404


@pytest.mark.parametrize(("language", "word"), [("es", "Contraseña"), ("en", "Password"), ("fr", "Password")])
def test_its_pages_speak_the_languages_that_are_in_the_image(
    provider: DeployedProvider, language: str, word: str
) -> None:
    name = f"visitor-{language}"
    link = provider.command("person", name, "--email", f"{name}@example.org", "--role", "nurse")
    page = Browser(provider).client.get(link, headers={"Accept-Language": language})
    assert page.status_code == 200
    assert word in page.text


def test_it_is_kept_like_every_container(provider: DeployedProvider) -> None:
    (container,) = provider.project.containers("identity")
    host, status = container["HostConfig"], provider.project.execute(container["Id"], "cat", "/proc/1/status").stdout

    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert "CapEff:\t0000000000000000" in status
    assert "Uid:\t10001" in status
    assert not container["NetworkSettings"]["Ports"]


def test_an_account_does_at_kafka_what_is_its_own_and_nothing_else(provider: DeployedProvider) -> None:
    expected = {
        Attempt("booking", "write", BOOKING): DONE,
        Attempt("booking", "write", SCREENING): NOT_THE_TOPIC,
        Attempt("booking", "read", SCREENING, "careflow.booking.x"): DONE,
        Attempt("booking", "read", SCREENING, "careflow.billing.x"): NOT_THE_GROUP,
        Attempt("billing", "read", SAFETY, "careflow.billing.x"): NOT_SEEN,
        Attempt(READER, "read", BOOKING, f"{READER}.copy"): DONE,
        Attempt(READER, "read", BOOKING, "careflow.booking.x"): NOT_THE_GROUP,
        Attempt(READER, "read", SAFETY, f"{READER}.copy"): NOT_SEEN,
        Attempt(READER, "write", BOOKING): NOT_THE_TOPIC,
        Attempt("booking", "write", BOOKING, password="guessed"): NOT_LET_IN,
        Attempt("", "write", BOOKING): NOT_LET_IN,
    }

    assert dict(zip(expected, told(provider.project, [*expected]), strict=True)) == expected


def test_the_operators_commands_have_the_account_of_the_topics_job(provider: DeployedProvider) -> None:
    said = provider.project.compose("run", "--rm", "-T", "topics", "streams", "verify", "--topic", SCREENING)

    assert "every stream is whole" in said
