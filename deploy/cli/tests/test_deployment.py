"""`careflow init`: what a docker-compose deployment needs, made once and never replaced."""

import json
import shutil
import ssl
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID
from pymongo.uri_parser import parse_uri

from careflow_cli.deployment import observability, settings
from careflow_cli.deployment.deployment import Deployment, Wishes
from careflow_cli.deployment.overlays import Overlay, overlays_in
from careflow_cli.errors import CareflowError

ROOT = Path(__file__).parents[3]
EXAMPLE_PRACTICE = ROOT / "services" / "billing" / "src" / "billing" / "data" / "development_practice.json"
NOT_A_PRACTICE = EXAMPLE_PRACTICE.with_name("fee_schedules.json")
TRY = Wishes(development=True)
COMPLETE = Wishes(
    host="careflow.example.org",
    issuer="https://login.example.org/",
    jwks_url="https://login.example.org/keys",
    practice=EXAMPLE_PRACTICE,
)


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    """Of a checkout that has what `init` reads, and nothing else."""
    checkout = tmp_path / "checkout"
    example = checkout / EXAMPLE_PRACTICE.relative_to(ROOT)
    example.parent.mkdir(parents=True)
    shutil.copy(EXAMPLE_PRACTICE, example)
    shutil.copy(ROOT / ".env.example", checkout)
    (checkout / observability.EXAMPLE).parent.mkdir(parents=True)
    shutil.copy(ROOT / observability.EXAMPLE, checkout / observability.EXAMPLE)
    return Deployment(
        checkout, checkout / "secrets", checkout / ".env", checkout / ".careflow" / "compose", checkout / "content"
    )


def contents(deployment: Deployment) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in [*deployment.folder.iterdir(), deployment.environment]}


def test_containers_can_read_each_file_and_others_on_the_host_cannot_enter(deployment: Deployment) -> None:
    deployment.make(COMPLETE)

    assert stat.S_IMODE(deployment.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in deployment.folder.iterdir()} == {0o444}


def test_services_can_read_what_the_clinic_will_have_of_its_own(deployment: Deployment) -> None:
    deployment.make(COMPLETE)
    (deployment.content / "billing" / "fee_schedules.json").write_text("{}")
    deployment.make(Wishes())

    folders = sorted(deployment.content.iterdir())
    assert [each.name for each in folders] == ["billing", "booking", "screening", "sessions"]
    assert {stat.S_IMODE(each.stat().st_mode) for each in folders} == {0o755}
    assert (deployment.content / "billing" / "fee_schedules.json").read_text() == "{}", "what is there stays"


def test_again_it_replaces_nothing_and_needs_no_answers(deployment: Deployment) -> None:
    deployment.make(COMPLETE)
    before = contents(deployment)

    said = deployment.make(Wishes())

    assert contents(deployment) == before
    assert {line.split()[0] for line in said} == {"kept"}


def test_no_two_secrets_are_alike(deployment: Deployment) -> None:
    deployment.make(COMPLETE)

    secrets = [
        content for name, content in contents(deployment).items() if name.endswith((".key", ".password", ".url"))
    ]
    assert len(secrets) == len(set(secrets)) == 4 * 6 + 3


def test_each_service_has_a_user_and_a_password_of_its_own_at_its_own_store(deployment: Deployment) -> None:
    deployment.make(COMPLETE)

    urls = {name: parse_uri((deployment.folder / f"{name}-mongo.url").read_text()) for name in ("booking", "billing")}
    assert urls["booking"]["nodelist"] == [("booking-store", 27017)]
    assert urls["booking"]["username"] == "booking"
    assert urls["booking"]["password"] != urls["billing"]["password"]
    admin = (deployment.folder / "booking-store-admin.password").read_text()
    assert len(admin) >= 32
    assert admin != urls["booking"]["password"]


def test_the_replica_key_is_what_a_mongod_takes(deployment: Deployment) -> None:
    deployment.make(COMPLETE)

    key = (deployment.folder / "booking-store.key").read_text()
    assert 6 <= len(key) <= 1024
    assert set(key) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


def test_the_certificate_is_for_the_named_host_and_goes_with_its_key(deployment: Deployment) -> None:
    deployment.make(COMPLETE)

    certificate, key = deployment.folder / "edge-certificate.pem", deployment.folder / "edge-key.pem"
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    alternatives = (
        x509.load_pem_x509_certificate(certificate.read_bytes())
        .extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
        .value
    )
    assert isinstance(alternatives, x509.SubjectAlternativeName)
    assert alternatives.get_values_for_type(x509.DNSName) == ["careflow.example.org"]


def test_the_settings_are_the_example_with_the_operators_answers(deployment: Deployment) -> None:
    deployment.make(COMPLETE)

    example, made = settings.values(deployment.checkout / ".env.example"), settings.values(deployment.environment)
    assert made == {
        **example,
        "CAREFLOW_SECRETS": "./secrets",
        "CAREFLOW_TOKEN_ISSUER": "https://login.example.org/",
        "CAREFLOW_TOKEN_JWKS_URL": "https://login.example.org/keys",
    }


def test_a_deployment_has_no_development_issuer(deployment: Deployment) -> None:
    deployment.make(COMPLETE)

    assert [name for name in contents(deployment) if name.startswith("tokens")] == []


def test_a_try_has_one_and_an_example_practice_and_a_folder_for_clock_and_pages(deployment: Deployment) -> None:
    deployment.make(TRY)

    (public,) = json.loads((deployment.folder / "tokens-public.json").read_bytes())["keys"]
    assert "d" not in public
    assert (deployment.folder / "practice.json").read_bytes() == EXAMPLE_PRACTICE.read_bytes()
    made = settings.values(deployment.environment)
    assert made["CAREFLOW_TOKEN_ISSUER"] == "careflow-development"
    assert "deploy/compose/development.yml" in made["COMPOSE_FILE"]
    assert made["CAREFLOW_DEVELOPMENT_FOLDER"] == "./.careflow/compose"
    pages = deployment.development / "pages"
    assert stat.S_IMODE(pages.stat().st_mode) == 0o777


def test_what_the_operator_must_say_is_asked_for_at_once_and_nothing_is_made(deployment: Deployment) -> None:
    with pytest.raises(CareflowError, match=r"--host.*--practice.*--issuer.*--jwks-url.*careflow init --development"):
        deployment.make(Wishes())

    assert not deployment.folder.exists()
    assert not deployment.environment.exists()


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"jwks_url": "http://login.example.org/keys"}, "--jwks-url must be an https address"),
        ({"practice": Path("/nowhere/practice.json")}, "--practice /nowhere/practice.json is not a JSON file"),
        ({"practice": NOT_A_PRACTICE}, f"billing does not start with --practice {NOT_A_PRACTICE}: Practice: "),
        ({"issuer": "careflow-development"}, "the development issuer"),
    ],
)
def test_an_answer_the_services_would_refuse_is_refused_here(
    deployment: Deployment, wrong: dict[str, object], complaint: str
) -> None:
    with pytest.raises(CareflowError, match=complaint):
        deployment.make(replace(COMPLETE, **wrong))  # type: ignore[arg-type] # one field each

    assert not deployment.folder.exists()


@pytest.mark.parametrize("lost", ["booking-master.key", "sealing-public.json", "edge-key.pem", "billing-mongo.url"])
def test_a_secret_that_went_missing_is_not_made_anew(deployment: Deployment, lost: str) -> None:
    deployment.make(COMPLETE)
    (deployment.folder / lost).unlink()
    before = contents(deployment)

    with pytest.raises(CareflowError, match=rf"{lost} missing in .*backup"):
        deployment.make(COMPLETE)

    assert contents(deployment) == before


def test_a_certificate_of_the_operators_own_is_kept(deployment: Deployment) -> None:
    deployment.make(COMPLETE)
    own = deployment.folder / "edge-certificate.pem"
    own.unlink()
    own.write_text("their own", "utf-8")

    deployment.make(Wishes())

    assert own.read_text("utf-8") == "their own"


def test_settings_without_an_issuer_are_pointed_out(deployment: Deployment) -> None:
    shutil.copy(deployment.checkout / ".env.example", deployment.environment)

    with pytest.raises(CareflowError, match=r"\.env lacks CAREFLOW_TOKEN_ISSUER"):
        deployment.make(Wishes(host="careflow.example.org", practice=EXAMPLE_PRACTICE))


def test_settings_that_are_there_are_not_argued_with(deployment: Deployment) -> None:
    deployment.make(COMPLETE)

    with pytest.raises(CareflowError, match=r"\.env says CAREFLOW_TOKEN_ISSUER=https://login.example.org/; change it"):
        deployment.make(replace(COMPLETE, issuer="https://another.example.org/"))


def test_a_deployment_does_not_become_a_try(deployment: Deployment) -> None:
    deployment.make(COMPLETE)

    with pytest.raises(CareflowError, match=r"\.env is not of a try"):
        deployment.make(TRY)

    assert [name for name in contents(deployment) if name.startswith("tokens")] == []


# -- with the bundled identity provider

WITH_IDENTITY = Wishes(bundled=frozenset({Overlay.IDENTITY}), host="careflow.example.org", practice=EXAMPLE_PRACTICE)


def test_who_has_no_identity_provider_is_given_one(deployment: Deployment) -> None:
    deployment.make(WITH_IDENTITY)

    made = settings.values(deployment.environment)
    assert made["COMPOSE_FILE"] == "docker-compose.yml:deploy/compose/identity.yml"
    assert made["CAREFLOW_IDENTITY_HOST"] == "login.careflow.example.org"
    assert made["CAREFLOW_IDENTITY_CLINIC_HOST"] == "careflow.example.org"
    assert made["CAREFLOW_TOKEN_ISSUER"] == "https://login.careflow.example.org"
    (signing,) = json.loads((deployment.folder / "identity-signing.json").read_bytes())["keys"]
    assert (signing["kty"], "d" in signing) == ("RSA", True)
    texts = [(deployment.folder / name).read_text() for name in ("identity-secret.key", "identity-services.secret")]
    assert min(map(len, texts)) >= 32
    assert len(set(texts)) == 2


def test_its_name_is_in_the_certificate(deployment: Deployment) -> None:
    deployment.make(WITH_IDENTITY)

    certificate = x509.load_pem_x509_certificate((deployment.folder / "edge-certificate.pem").read_bytes())
    alternatives = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    assert isinstance(alternatives, x509.SubjectAlternativeName)
    named = alternatives.get_values_for_type(x509.DNSName)
    assert named == ["careflow.example.org", "login.careflow.example.org"]


def test_again_its_secrets_are_kept(deployment: Deployment) -> None:
    deployment.make(WITH_IDENTITY)
    before = contents(deployment)

    said = deployment.make(Wishes())

    assert contents(deployment) == before
    assert "kept  identity provider" in said


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://login.example.org/"},
        {"jwks_url": "https://login.example.org/keys"},
        {"development": True},
    ],
)
def test_an_issuer_is_said_or_brought_and_not_both(deployment: Deployment, wrong: dict[str, object]) -> None:
    with pytest.raises(CareflowError, match="--with identity brings the issuer"):
        deployment.make(replace(WITH_IDENTITY, **wrong))  # type: ignore[arg-type] # one field each

    assert not deployment.folder.exists()


def test_it_needs_the_clinics_name(deployment: Deployment) -> None:
    with pytest.raises(CareflowError, match="--host"):
        deployment.make(replace(WITH_IDENTITY, host=None))


def test_a_deployment_that_has_settings_is_not_given_one_behind_its_back(deployment: Deployment) -> None:
    deployment.make(COMPLETE)
    before = contents(deployment)

    with pytest.raises(CareflowError, match="COMPOSE_FILE"):
        deployment.make(WITH_IDENTITY)

    assert contents(deployment) == before


# -- watched


@pytest.mark.parametrize("beside", [TRY, COMPLETE, WITH_IDENTITY], ids=["a try", "production", "with identity"])
def test_a_deployment_of_any_kind_can_be_watched(deployment: Deployment, beside: Wishes) -> None:
    deployment.make(replace(beside, bundled=beside.bundled | {Overlay.OBSERVABILITY}))

    made = settings.values(deployment.environment)
    assert overlays_in(made["COMPOSE_FILE"]) == beside.overlays | {Overlay.OBSERVABILITY}
    assert made["CAREFLOW_GRAFANA_LISTEN"] == "127.0.0.1:3000", "without TLS, it is for this host"
    assert len((deployment.folder / "grafana-admin.password").read_text()) >= 32
    told = (deployment.folder / "alertmanager.yml").read_bytes()
    assert told == (ROOT / observability.EXAMPLE).read_bytes()


def test_a_deployment_that_is_there_is_watched_once_its_settings_say_so(deployment: Deployment) -> None:
    deployment.make(COMPLETE)
    with pytest.raises(CareflowError, match=r"adds it to its COMPOSE_FILE, see docs/operators/observability\.md"):
        deployment.make(replace(COMPLETE, bundled=frozenset({Overlay.OBSERVABILITY})))
    text = deployment.environment.read_text("utf-8")
    deployment.environment.write_text(
        text.replace("COMPOSE_FILE=docker-compose.yml", f"COMPOSE_FILE=docker-compose.yml:{Overlay.OBSERVABILITY.file}")
    )

    assert "made  observability" in deployment.make(Wishes())


# -- small


@pytest.mark.parametrize("beside", [TRY, COMPLETE], ids=["a try", "production"])
def test_a_deployment_that_is_small_has_the_secrets_of_any_other(deployment: Deployment, beside: Wishes) -> None:
    deployment.make(replace(beside, bundled=frozenset({Overlay.SMALL})))

    made = settings.values(deployment.environment)["COMPOSE_FILE"]
    assert overlays_in(made) == beside.overlays | {Overlay.SMALL}
    assert made.startswith("docker-compose.yml:deploy/compose/small.yml")
    assert (deployment.folder / "billing-store-admin.password").exists(), "it may get stores of their own one day"


def test_a_deployment_that_is_there_does_not_become_small_by_itself(deployment: Deployment) -> None:
    deployment.make(COMPLETE)

    with pytest.raises(CareflowError, match=r"moves its data first, see docs/operators/small\.md"):
        deployment.make(replace(COMPLETE, bundled=frozenset({Overlay.SMALL})))


# -- three of what keeps data


def test_a_service_knows_every_member_of_its_store(deployment: Deployment) -> None:
    deployment.make(replace(COMPLETE, bundled=frozenset({Overlay.HA})))

    made = parse_uri((deployment.folder / "billing-mongo.url").read_text())
    assert made["nodelist"] == [(f"billing-store{number}", 27017) for number in ("", "-2", "-3")]
    assert (made["options"]["replicaSet"], made["username"]) == ("rs0", "billing")


def test_what_two_overlays_ask_of_each_other_goes_last(deployment: Deployment) -> None:
    deployment.make(replace(COMPLETE, bundled=frozenset({Overlay.SECURE, Overlay.HA, Overlay.OBSERVABILITY})))

    assert settings.values(deployment.environment)["COMPOSE_FILE"].split(":") == [
        "docker-compose.yml",
        *(f"deploy/compose/{name}.yml" for name in ("ha", "observability", "secure", "ha-secure")),
    ]


@pytest.mark.parametrize(
    ("wishes", "why"),
    [
        (replace(COMPLETE, bundled=frozenset({Overlay.SMALL, Overlay.HA})), "small and ha do not go together"),
        (replace(TRY, bundled=frozenset({Overlay.HA})), "ha and development do not go together"),
    ],
)
def test_overlays_that_contradict_each_other_are_refused(deployment: Deployment, wishes: Wishes, why: str) -> None:
    with pytest.raises(CareflowError, match=why):
        deployment.make(wishes)

    assert not deployment.folder.exists()
