"""`careflow doctor --deployment`: what is wrong is one line with what to do, and what is well says so."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from careflow_cli.commands import doctor
from careflow_cli.deployment import certificate, clinical_numbers, settings
from careflow_cli.deployment.deployment import Deployment, Wishes
from careflow_cli.deployment.examining import engine, provider_found
from careflow_cli.deployment.examining.content_found import content_found, numbers_found, texts_found
from careflow_cli.deployment.examining.findings import Check, Deployed, Finding, State, examined
from careflow_cli.deployment.overlays import BASE, Overlay
from careflow_cli.errors import CareflowError
from careflow_cli.main import app

ROOT = Path(__file__).parents[3]
EXAMPLE_PRACTICE = ROOT / "services" / "billing" / "src" / "billing" / "data" / "development_practice.json"
GATEWAYS = '{"sms": "https://gateway.example/sms", "voice": "https://gateway.example/voice"}'
ISSUER, KEYS = "https://login.example.org/", "https://login.example.org/keys"
COMPLETE = Wishes(host="careflow.example.org", issuer=ISSUER, jwks_url=KEYS, practice=EXAMPLE_PRACTICE)
DISCOVERY = f"{ISSUER}.well-known/openid-configuration"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - an address that is told of
RECEIVER = "receivers: [{name: operators, webhook_configs: [{url: 'https://gateway.example/alerts'}]}]"

Change = Callable[["Clinic"], object]


class Clinic:
    """A deployment in a folder of its own, with everything about it well."""

    def __init__(self, folder: Path, wishes: Wishes | None = None) -> None:
        """One that is there, without wishes."""
        self.environment, self.secrets, self.content = folder / ".env", folder / "secrets", folder / "content"
        if wishes is None:
            self.says(CAREFLOW_CONTENT=str(self.content))
            return
        Deployment(ROOT, self.secrets, self.environment, folder / "development", folder / "content").make(wishes)
        self.says(CAREFLOW_PAGE_GATEWAYS=GATEWAYS, CAREFLOW_SMTP_HOST="mail.example.org", COMPOSE_PROJECT_NAME="clinic")
        self.says(CAREFLOW_DESK_EMAIL="desk@example.org")
        if Overlay.OBSERVABILITY in wishes.bundled:
            self.holds("alertmanager.yml", RECEIVER.encode())

    def says(self, **changed: str) -> None:
        settings.write(self.environment, self.environment, changed)

    def holds(self, name: str, content: bytes) -> None:
        (self.secrets / name).chmod(0o644)
        (self.secrets / name).write_bytes(content)

    def found(self, *checks: Check) -> list[Finding]:
        given = settings.values(self.environment)
        return examined(Deployed(ROOT, self.environment, self.secrets, given), checks or doctor.CHECKS)

    def faults(self) -> list[tuple[str, str]]:
        return [(each.check, each.says) for each in self.found() if each.state is State.FAIL]


PROVIDER = {DISCOVERY: {"issuer": ISSUER, "jwks_uri": KEYS}, KEYS: {"keys": [{}]}}


@pytest.fixture
def documents(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the provider answers, by address."""
    answers = dict(PROVIDER)
    monkeypatch.setattr(provider_found, "_asked", lambda _, address: answers[address])
    return answers


def container(name: str, *, status: str = "running", health: str = "healthy", code: int = 0, version: str = "0.1.0",
              job: bool = False, port: tuple[str, str] | None = None,
              files: str | None = None) -> dict[str, Any]:  # fmt: skip
    """As the engine describes one."""
    bindings = {"8443/tcp": [{"HostIp": port[0], "HostPort": port[1]}]} if port else {}
    ours = name.endswith(("-api", "-worker", "-timers", "-indexes"))
    of_files = {"careflow.version": files} if files else {}
    return {
        "Id": name,
        "Config": {
            "Image": f"careflow-{name.partition('-')[0]}:0.1.0" if ours else "mongo:8.0",
            "Labels": {
                engine.OF_SERVICE: name,
                "org.opencontainers.image.version": version if ours else "24.04",
                **of_files,
            },
        },
        "State": {"Status": status, "ExitCode": code, "Health": {"Status": health}, "OOMKilled": False},
        "HostConfig": {"RestartPolicy": {"Name": "no" if job else "unless-stopped"}},
        "NetworkSettings": {"Ports": bindings},
    }


class FakeEngine:
    """What an engine would say."""

    def __init__(self) -> None:
        files = [yaml.safe_load((ROOT / file).read_text("utf-8")) for file in (BASE, Overlay.OBSERVABILITY.file)]
        lasting = {
            name for file in files for name, each in file["services"].items() if each.get("restart") == "unless-stopped"
        }
        self.containers = [
            container("edge", port=(EVERYWHERE, "443"), files="0.1.0"),
            container("topics", status="exited", job=True),
            *map(container, sorted(lasting - {"edge"})),
        ]
        self.version: str | None = "0.1.0"
        self.ages = {"careflow.screening.v1": 4.0}
        self.ages_of: dict[str, dict[str, float]] = {}

    def __call__(self, *arguments: str) -> str:
        match arguments:
            case ("version", *_):
                return "28.0\n"
            case ("info", *_):
                return "/nowhere\n"
            case ("ps", *_):
                return " ".join(each["Id"] for each in self.containers)
            case ("image", "inspect", _) if self.version:
                labels = {"org.opencontainers.image.version": self.version}
                return json.dumps([{"Id": "sha256:0123456789abcdef", "Config": {"Labels": labels}}])
            case ("inspect", *_):
                return json.dumps(self.containers)
            case ("exec", worker, *_):
                return json.dumps(self.ages_of.get(worker, self.ages))
        raise CareflowError("no such image")


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    fake = FakeEngine()
    monkeypatch.setattr(engine, "asked", fake)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(100, 40, 60))
    return fake


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a deployment that is watched."""
    folder = tmp_path_factory.mktemp("made")
    Clinic(folder, replace(COMPLETE, bundled=frozenset({Overlay.OBSERVABILITY})))
    return folder


@pytest.fixture
def clinic(made: Path, tmp_path: Path, documents: dict[str, Any], docker: FakeEngine) -> Clinic:
    """A copy of it; the provider and the engine say that all is well."""
    return Clinic(shutil.copytree(made, tmp_path / "clinic"))


def test_where_everything_is_well_nothing_is_to_be_done(clinic: Clinic) -> None:
    clinic.says(CAREFLOW_PUBLIC_URL="https://careflow.example.org")

    found = clinic.found()

    assert clinic.faults() == []
    assert {each.check for each in found} == {
        *(
            "settings",
            "paging",
            "secrets",
            "keys",
            "content",
            "numbers",
            "texts",
            "practice",
            "certificate",
            "provider",
            "alerts",
        ),
        *("engine", "disk", "images", "processes", "exposed", "backlog"),
    }
    assert [each.says for each in found if each.state is State.WARN] == [
        "screening decides by clinical numbers as shipped, which nobody has signed",
        "sessions decides by clinical numbers as shipped, which nobody has signed",
        "patients sign the texts that are shipped, which are an example and nobody's",
        "nobody signed it but itself",
    ]


def says(**changed: str) -> Change:
    return lambda clinic: clinic.says(**changed)


def holds(name: str, content: bytes) -> Change:
    return lambda clinic: clinic.holds(name, content)


def keeps(name: str, mode: int) -> Change:
    return lambda clinic: (clinic.secrets / name).chmod(mode)


def loses(name: str) -> Change:
    return lambda clinic: (clinic.secrets / name).unlink()


def brings(name: str, content: str, mode: int = 0o644) -> Change:
    def change(clinic: "Clinic") -> None:
        (clinic.content / name).write_text(content)
        (clinic.content / name).chmod(mode)

    return change


def mixes_up(one: str, other: str) -> Change:
    return lambda clinic: clinic.holds(one, (clinic.secrets / other).read_bytes())


ONE_KIND = '{"sms": "https://gateway.example/sms"}'
ANOTHER_KEY = certificate.self_signed(["careflow.example.org"])[1]
NOBODY = (ROOT / "deploy" / "observability" / "alertmanager.yml").read_bytes()


@pytest.mark.parametrize(
    ("change", "check", "fault"),
    [
        (says(CAREFLOW_TOKEN_JWKS_URL=""), "settings", "CAREFLOW_TOKEN_JWKS_URL is empty"),
        (
            says(CAREFLOW_PUBLIC_URL="http://careflow.example.org"),
            "settings",
            "CAREFLOW_PUBLIC_URL is no https address",
        ),
        (
            says(CAREFLOW_PUBLIC_URL="https://careflow.example.org/booking"),
            "settings",
            "CAREFLOW_PUBLIC_URL has a path",
        ),
        (says(CAREFLOW_EDGE_SUBNET="10.0.0.1/24"), "settings", "CAREFLOW_EDGE_SUBNET is no network"),
        (says(CAREFLOW_LOG_LEVEL="loud"), "settings", "CAREFLOW_LOG_LEVEL is none"),
        (
            says(CAREFLOW_LOGIN_CLIENT_ID="pages"),
            "settings",
            "CAREFLOW_LOGIN_CLIENT_ID is set and CAREFLOW_PUBLIC_URL is not",
        ),
        (
            says(COMPOSE_FILE=f"{BASE}:deploy/compose/large.yml:{Overlay.OBSERVABILITY.file}"),
            "settings",
            "COMPOSE_FILE names deploy/compose/large.yml, which is not there",
        ),
        (says(CAREFLOW_PAGE_GATEWAYS=ONE_KIND), "paging", "CAREFLOW_PAGE_GATEWAYS names 1 kinds of channel"),
        (says(CAREFLOW_PAGE_GATEWAYS=""), "paging", "CAREFLOW_PAGE_GATEWAYS names 0 kinds of channel"),
        (says(CAREFLOW_PAGE_GATEWAYS="{"), "paging", "CAREFLOW_PAGE_GATEWAYS is not the JSON it has to be"),
        (says(CAREFLOW_PAGE_GATEWAYS="[]"), "paging", "CAREFLOW_PAGE_GATEWAYS is not the JSON it has to be"),
        (loses("booking-store.key"), "secrets", "booking-store.key is missing"),
        (keeps("practice.json", 0o400), "secrets", "containers cannot read practice.json"),
        (keeps("practice.json", 0o446), "secrets", "others may write practice.json"),
        (
            holds("practice.json", EXAMPLE_PRACTICE.read_bytes().replace(b"12-3456789", b"00-3456789")),
            "practice",
            "billing does not start with practice.json: practice_invalid: These are not numbers that exist: ein.",
        ),
        (holds("billing-mongo.url", b""), "secrets", "billing-mongo.url is empty"),
        (
            holds("billing-audit.key", b'{"sealed_by":"aws"}'),
            "keys",
            "a key service alone opens billing-audit.key, and no process is told which",
        ),
        (holds("billing-audit.key", b"short"), "keys", "billing-audit.key does not have 32 bytes"),
        (
            mixes_up("sealing-billing-private.json", "sealing-booking-private.json"),
            "keys",
            "billing cannot open what is sealed to billing-1",
        ),
        (holds("edge-key.pem", ANOTHER_KEY), "certificate", "edge-key.pem is not the key of edge-certificate.pem"),
        (
            says(CAREFLOW_PUBLIC_URL="https://another.example.org"),
            "certificate",
            "it is not for another.example.org",
        ),
        (holds("alertmanager.yml", NOBODY), "alerts", "they reach nobody"),
        (brings("billing/fee_schedules.json", "{"), "content", "billing/fee_schedules.json is not JSON"),
        (
            brings("billing/fee_schedules.json", "{}", 0o600),
            "content",
            "containers cannot read billing/fee_schedules.json",
        ),
        (brings("fee_schedules.json", "{}"), "content", "fee_schedules.json is of no service"),
    ],
)
def test_what_is_wrong_before_the_start(clinic: Clinic, change: Change, check: str, fault: str) -> None:
    change(clinic)

    assert clinic.faults() == [(check, fault)]


def test_what_the_clinic_has_of_its_own_is_told_by_its_name(clinic: Clinic) -> None:
    assert [each.says for each in clinic.found(content_found)] == ["policies, prices and questionnaires are as shipped"]

    brings("billing/fee_schedules.json", "{}")(clinic)
    brings("billing/.gitkeep", "")(clinic)

    assert [each.says for each in clinic.found(content_found)] == ["the clinic's own: billing/fee_schedules.json"]


def test_whose_signature_stands_under_the_clinical_numbers_is_told_for_what_they_are_now(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clinic.content / "sessions" / "policy").mkdir(parents=True)
    asked: list[tuple[str, Path]] = []
    answer: dict[str, str | None] = {"version": "7", "file": "p.json", "signed_on": None, "signed_before": None}

    def signature(service: str, content: Path) -> dict[str, str | None]:
        asked.append((service, content))
        return answer

    monkeypatch.setattr(clinical_numbers, "signature", signature)

    def says(**told: str) -> tuple[State, str]:
        answer.update(told)
        shipped, found = clinic.found(numbers_found)
        assert shipped.says == "screening decides by clinical numbers as shipped, which nobody has signed"
        return found.state, found.says

    what = "version 7 of p.json of sessions"
    assert says() == (State.WARN, f"nobody has signed {what}")
    assert says(signed_before="2026-12-01") == (
        State.WARN,
        f"nobody has signed {what} since it was changed after 2026-12-01",
    )
    assert says(signed_on="2026-12-03") == (State.OK, f"{what} was signed on 2026-12-03")
    assert set(asked) == {("sessions", clinic.content)}


def test_the_numbers_of_a_clinic_without_content_are_not_printed(tmp_path: Path) -> None:
    with pytest.raises(CareflowError, match="there is no folder"):
        clinical_numbers.page(tmp_path / "content")


@pytest.mark.thorough
def test_the_services_themselves_say_what_is_signed_and_what_they_would_not_start_with(clinic: Clinic) -> None:
    assert "## Sessions: version" in clinical_numbers.page(clinic.content)

    (clinic.content / "screening" / "policy").mkdir(parents=True)
    shipped = Path(__file__).parents[3] / "services/screening/src/screening/data/policy"
    (newest,) = shipped.iterdir()
    brings("screening/policy/ours.json", newest.read_text("utf-8"))(clinic)
    (screening, _) = clinic.found(numbers_found)
    assert (screening.state, screening.says.partition(" of ")[2]) == (State.WARN, "ours.json of screening")

    brings("screening/policy/ours.json", "{}")(clinic)
    (screening, _) = clinic.found(numbers_found)
    assert screening.state is State.FAIL
    assert screening.says.startswith("screening does not start with its policy: ours.json: version: ")


def test_whether_patients_sign_texts_of_the_clinic_s_own_is_told(clinic: Clinic) -> None:
    (clinic.content / "sessions" / "consents").mkdir(parents=True)
    brings("sessions/consents/telehealth.json", '{"sample": true}')(clinic)
    brings("sessions/consents/financial.json", '{"sample": false}')(clinic)

    (told,) = clinic.found(texts_found)
    assert (told.state, told.says) == (
        State.WARN,
        "texts that patients sign are marked as a sample: telehealth.json",
    )

    brings("sessions/consents/telehealth.json", "{}")(clinic)

    (told,) = clinic.found(texts_found)
    assert (told.state, told.says) == (
        State.OK,
        "texts of the clinic's own that patients sign: financial.json, telehealth.json",
    )


def test_others_must_not_enter_the_folder(clinic: Clinic) -> None:
    clinic.secrets.chmod(0o755)

    assert clinic.faults() == [("secrets", f"others on this host can enter {clinic.secrets}")]


def test_a_setting_that_is_written_wrong_is_named(clinic: Clinic) -> None:
    text = clinic.environment.read_text("utf-8")
    clinic.environment.write_text(text.replace("CAREFLOW_SMTP_USER=", "CAREFLOW_SMTP_USR="))

    assert clinic.faults() == [("settings", "there is no setting CAREFLOW_SMTP_USR")]


@pytest.mark.parametrize(
    ("begins", "ends", "state", "says"),
    [
        (-400, -2, State.FAIL, "it ended on"),
        (-10, 20, State.WARN, "it ends on"),
        (5, 300, State.FAIL, "it begins on"),
        (-10, 300, State.OK, "good until"),
    ],
)
def test_a_certificate_has_a_beginning_and_an_end(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, begins: int, ends: int, state: State, says: str
) -> None:
    class Then(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(UTC) + timedelta(days=begins)

    monkeypatch.setattr(certificate, "datetime", Then)
    monkeypatch.setattr(certificate, "VALID_FOR", timedelta(days=ends - begins))
    public, key = certificate.self_signed(["careflow.example.org"])
    clinic.holds("edge-certificate.pem", public)
    clinic.holds("edge-key.pem", key)

    (found,) = (each for each in clinic.found() if each.check == "certificate" and says in each.says)
    assert found.state is state


@pytest.mark.parametrize(
    ("address", "document", "fault"),
    [
        (KEYS, {"keys": []}, f"{KEYS} has no keys"),
        (DISCOVERY, {"issuer": ISSUER[:-1]}, f"it calls itself '{ISSUER[:-1]}'"),
        (DISCOVERY, {"issuer": ISSUER, "jwks_uri": f"{KEYS}/2"}, f"it has its keys at '{KEYS}/2'"),
    ],
)
def test_the_provider_is_who_the_settings_say(
    clinic: Clinic, documents: dict[str, Any], address: str, document: Any, fault: str
) -> None:
    documents[address] = document

    assert clinic.faults() == [("provider", fault)]


def test_a_provider_that_cannot_be_reached_is_a_fault_and_a_bundled_one_that_is_not_up_yet_is_none(
    tmp_path: Path, docker: FakeEngine
) -> None:
    docker.containers = []
    (tmp_path / "own").mkdir()
    own = Clinic(tmp_path / "own", COMPLETE)
    own.says(CAREFLOW_TOKEN_ISSUER="https://127.0.0.1:1", CAREFLOW_TOKEN_JWKS_URL="https://127.0.0.1:1/keys")
    assert [check for check, _ in own.faults()] == ["provider"]
    (tmp_path / "bundled").mkdir()
    with_identity = Wishes(bundled=frozenset({Overlay.IDENTITY}), host="localhost", practice=EXAMPLE_PRACTICE)
    bundled = Clinic(tmp_path / "bundled", with_identity)
    bundled.says(CAREFLOW_TOKEN_ISSUER="https://127.0.0.1:1", CAREFLOW_TOKEN_JWKS_URL="https://127.0.0.1:1/keys")
    assert bundled.faults() == []


@pytest.mark.parametrize(
    ("added", "check", "fault"),
    [
        (
            container("booking-indexes", status="exited", code=3, job=True),
            "processes",
            "the job booking-indexes ended with 3",
        ),
        (container("booking-api", status="restarting"), "processes", "booking-api is restarting"),
        (container("booking-api", health="unhealthy"), "processes", "booking-api is unhealthy"),
        (container("booking-api", version="0.0.9"), "versions", "booking-api are not of version 0.1.0"),
        (container("edge", port=(EVERYWHERE, "443"), files="0.0.9"), "versions", "edge are not of version 0.1.0"),
        (
            container("booking-store", port=(EVERYWHERE, "27017")),
            "exposed",
            "booking-store is reached at 0.0.0.0:27017",
        ),
    ],
)
def test_what_is_wrong_after_the_start(
    clinic: Clinic, docker: FakeEngine, added: dict[str, Any], check: str, fault: str
) -> None:
    docker.containers.append(added)

    assert clinic.faults() == [(check, fault)]


def test_whoever_forgets_the_version_of_an_upgrade_is_told_so_first(clinic: Clinic, docker: FakeEngine) -> None:
    """Images built with it would hold the new version under the number of the old one."""
    clinic.says(CAREFLOW_VERSION="0.0.9")
    docker.version = "0.0.9"

    (check, fault), *others = clinic.faults()

    assert (check, fault) == ("settings", "CAREFLOW_VERSION is 0.0.9, and this checkout is another")
    assert {check for check, _ in others} <= {"versions"}


def test_without_a_version_that_of_the_checkout_counts_as_for_compose(clinic: Clinic, docker: FakeEngine) -> None:
    clinic.environment.write_text(clinic.environment.read_text("utf-8").replace("CAREFLOW_VERSION=0.1.0\n", ""))

    assert clinic.faults() == []


def test_what_is_meant_to_run_and_is_not_there_is_named(clinic: Clinic, docker: FakeEngine) -> None:
    docker.containers = [each for each in docker.containers if each["Id"] not in {"billing-timers", "tempo"}]

    assert clinic.faults() == [("processes", "there is no billing-timers, tempo")]


@pytest.mark.parametrize(
    "named",
    [
        (BASE, Overlay.SECURE.file, Overlay.OBSERVABILITY.file),
        (BASE, Overlay.HA.file, Overlay.OBSERVABILITY.file, Overlay.SECURE.file),
        (BASE, Overlay.HA.file, "deploy/compose/ha-secure.yml", Overlay.OBSERVABILITY.file, Overlay.SECURE.file),
    ],
)
def test_what_makes_kafka_speak_tls_stands_last_and_whole(clinic: Clinic, named: tuple[str, ...]) -> None:
    clinic.says(COMPOSE_FILE=":".join(named))

    (said,) = [says for check, says in clinic.faults() if check == "settings"]
    assert said.startswith("COMPOSE_FILE does not end with deploy/compose/secure.yml")


def test_overlays_that_contradict_each_other_are_named(clinic: Clinic) -> None:
    clinic.says(COMPOSE_FILE=":".join((BASE, Overlay.SMALL.file, Overlay.HA.file)))

    assert ("settings", "small and ha do not go together: one store for all, or three of each") in clinic.faults()


def test_a_store_that_another_stands_for_is_not_missed(clinic: Clinic, docker: FakeEngine) -> None:
    clinic.says(COMPOSE_FILE=f"{BASE}:{Overlay.SMALL.file}:{Overlay.OBSERVABILITY.file}")
    others = {"screening-store", "sessions-store", "billing-store"}
    docker.containers = [each for each in docker.containers if each["Id"] not in others]

    assert clinic.faults() == []

    docker.containers = [each for each in docker.containers if each["Id"] != "booking-store"]
    assert clinic.faults() == [("processes", "there is no booking-store")]


@pytest.mark.parametrize(
    ("said", "reached"),
    [
        ({"CAREFLOW_DESK_EMAIL": ""}, False),
        ({"CAREFLOW_DESK_EMAIL": "", "CAREFLOW_DESK_PHONE": "+14155550199"}, False),
        ({"CAREFLOW_DESK_PHONE": "+14155550199", "CAREFLOW_SMS_GATEWAY": "https://gateway.example/sms"}, True),
    ],
)
def test_it_is_to_be_known_that_nobody_is_told_of_an_urgent_inquiry(
    clinic: Clinic, said: dict[str, str], reached: bool
) -> None:
    clinic.says(**said)
    assert ("desk" not in {each.check for each in clinic.found()}) is reached


def test_before_the_start_it_is_to_be_known_that_nothing_runs(clinic: Clinic, docker: FakeEngine) -> None:
    docker.containers = []

    assert clinic.faults() == []
    assert ("processes", "nothing was started") in [(each.check, each.says) for each in clinic.found()]


def test_a_consumer_that_topics_may_forget_before_it_hears_is_a_fault_whoever_else_keeps_up(
    clinic: Clinic, docker: FakeEngine
) -> None:
    docker.containers.append({**container("billing-worker"), "Id": "its second"})
    docker.ages_of["billing-worker"] = {"careflow.sessions.v1": 20 * 86400.0}

    assert clinic.faults() == [
        ("backlog", "billing has heard careflow.sessions.v1 up to 1728000 s ago; topics keep 30 days")
    ]


def test_without_an_engine_one_line_says_so(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: str) -> str:
        raise CareflowError("docker is not installed")

    monkeypatch.setattr(engine, "asked", away)

    assert clinic.faults() == [("engine", "docker is not installed")]


def test_it_is_told_in_lines_and_for_programs_and_by_the_exit_code(clinic: Clinic) -> None:
    arguments = ["doctor", "--deployment", str(ROOT), "--env", str(clinic.environment)]
    text = clinic.environment.read_text("utf-8")
    clinic.environment.write_text(text.replace("CAREFLOW_SECRETS=", f"CAREFLOW_SECRETS={clinic.secrets}\n#"))
    assert CliRunner().invoke(app, arguments).exit_code == 0

    clinic.says(CAREFLOW_EDGE_SUBNET="")
    lines, programs = CliRunner().invoke(app, arguments), CliRunner().invoke(app, [*arguments, "--json"])

    assert (lines.exit_code, programs.exit_code) == (1, 1)
    assert "  FAIL  settings    CAREFLOW_EDGE_SUBNET is empty: fill it in" in lines.stdout
    (fault, *_) = [each for each in json.loads(programs.stdout) if each["state"] == "fail"]
    assert fault.keys() == {"check", "state", "says", "do"}


def test_a_secret_is_never_shown(clinic: Clinic) -> None:
    said = json.dumps([f"{each.says} {each.do}" for each in clinic.found()])

    for file in clinic.secrets.iterdir():
        if file.suffix in {".password", ".url"} and (content := file.read_text("utf-8")):
            assert content not in said


@pytest.mark.parametrize("arguments", [["--json"], ["--prepare", "--deployment", "."]])
def test_what_does_not_go_together_is_refused(arguments: list[str]) -> None:
    with pytest.raises(CareflowError, match="--json goes with --deployment"):
        CliRunner().invoke(app, ["doctor", *arguments], catch_exceptions=False)


def test_what_cannot_be_looked_at_ends_nothing_else(clinic: Clinic) -> None:
    def breaks_found(_: Deployed) -> list[Finding]:
        raise yaml.YAMLError

    broken, *others = clinic.found(breaks_found, *doctor.CHECKS)

    assert (broken.check, broken.state, broken.says) == (
        "breaks",
        State.FAIL,
        "it could not be looked at: YAMLError",
    )
    assert {each.check for each in others} >= {"settings", "backlog"}
