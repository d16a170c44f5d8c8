"""A process starts with complete, valid settings or stops with one line that shows no value."""

import base64
import os
from pathlib import Path

import pytest
from pydantic import SecretBytes

from careflow_service.settings import PREFIX, ServiceSettings, SettingsError, load

URL = "mongodb://booking:hidden-word@store/"


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


class Given:
    """The variables of a complete production process, to be changed by a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._environment = monkeypatch
        self._folder = folder
        self.set(MONGO_URL=URL)
        self.file(MASTER_KEY=os.urandom(96), BLIND_INDEX_KEY=os.urandom(32), AUDIT_KEY=os.urandom(32))

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self._environment.setenv(PREFIX + name, value)

    def without(self, *names: str) -> None:
        for name in names:
            self._environment.delenv(PREFIX + name)

    def file(self, **contents: bytes) -> None:
        for name, content in contents.items():
            path = self._folder / name
            path.write_bytes(content)
            self.set(**{f"{name}_FILE": str(path)})


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Given:
    return Given(monkeypatch, tmp_path)


def complaint() -> str:
    with pytest.raises(SettingsError) as error:
        load(ServiceSettings)
    return str(error.value)


@pytest.mark.usefixtures("given")
def test_production_is_the_default_and_needs_no_more_than_store_and_keys() -> None:
    settings = load(ServiceSettings)

    assert not settings.in_development
    assert settings.mongo_url.get_secret_value() == URL
    assert len(settings.master_key.get_secret_value()) == 96


def test_everything_that_is_missing_is_named_in_one_line() -> None:
    assert complaint() == (
        "CAREFLOW_MONGO_URL is missing; CAREFLOW_MASTER_KEY is missing; "
        "CAREFLOW_BLIND_INDEX_KEY is missing; CAREFLOW_AUDIT_KEY is missing"
    )


def test_everything_that_is_wrong_is_named_and_no_secret_shown(given: Given) -> None:
    given.without("MASTER_KEY_FILE", "AUDIT_KEY_FILE")
    given.set(HTTP_PORT="hidden-word", MASTER_KEY="hidden-word!", AUDIT_KEY=base64.b64encode(b"hidden-word").decode())

    found = complaint()

    for name in ("HTTP_PORT", "MASTER_KEY", "AUDIT_KEY"):
        assert PREFIX + name in found
    assert "hidden" not in found
    assert base64.b64encode(b"hidden-word").decode() not in found
    assert "\n" not in found


@pytest.mark.usefixtures("given")
def test_settings_do_not_show_their_secrets() -> None:
    settings = load(ServiceSettings)

    assert "hidden-word" not in repr(settings)
    assert settings.audit_key.get_secret_value().hex() not in repr(settings)


def test_any_field_may_come_from_a_file(given: Given) -> None:
    given.without("MONGO_URL")
    given.file(MONGO_URL=URL.encode() + b"\n", HTTP_PORT=b"8123\n", KAFKA_URL=b"kafka:9092")

    settings = load(ServiceSettings)

    assert settings.mongo_url.get_secret_value() == URL
    assert (settings.http_port, settings.kafka_url) == (8123, "kafka:9092")


def test_a_key_in_a_file_is_raw_to_the_last_byte(given: Given) -> None:
    key = os.urandom(94) + b"\n\n"
    given.file(MASTER_KEY=key)

    assert load(ServiceSettings).master_key.get_secret_value() == key


def test_an_optional_key_in_a_file_is_raw_too(given: Given) -> None:
    class WithAnother(ServiceSettings):
        another_key: SecretBytes | None = None

    key = b"\xff" + os.urandom(31)
    given.file(ANOTHER_KEY=key)

    read = load(WithAnother).another_key
    assert read is not None
    assert read.get_secret_value() == key


def test_a_key_in_a_variable_is_base64(given: Given) -> None:
    key = os.urandom(32)
    given.without("AUDIT_KEY_FILE")
    given.set(AUDIT_KEY=base64.b64encode(key).decode())

    assert load(ServiceSettings).audit_key.get_secret_value() == key


def test_a_variable_and_its_file_at_once_are_ambiguous(given: Given) -> None:
    given.set(AUDIT_KEY=base64.b64encode(os.urandom(32)).decode())

    assert complaint() == "CAREFLOW_AUDIT_KEY and CAREFLOW_AUDIT_KEY_FILE are both set; keep one"


def test_a_file_that_is_not_there_is_named_by_its_variable(given: Given) -> None:
    given.set(MASTER_KEY_FILE="/nowhere/hidden-word")

    assert complaint() == "CAREFLOW_MASTER_KEY_FILE cannot be read (No such file or directory)"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("MASTER_KEY", bytes(range(95)), "CAREFLOW_MASTER_KEY: must be exactly 96 bytes"),
        ("AUDIT_KEY", bytes(range(31)), "CAREFLOW_AUDIT_KEY: must be at least 32 bytes"),
        ("BLIND_INDEX_KEY", b"changeme" * 8, "CAREFLOW_BLIND_INDEX_KEY is a placeholder, not a random key"),
        ("MASTER_KEY", bytes(96), "CAREFLOW_MASTER_KEY is a placeholder, not a random key"),
    ],
    ids=["short master key", "short audit key", "a word", "zeroes"],
)
def test_a_weak_key_is_refused(given: Given, name: str, content: bytes, expected: str) -> None:
    given.file(**{name: content})

    assert complaint() == expected


def test_development_may_use_placeholders(given: Given) -> None:
    given.set(ENVIRONMENT="development", TOKEN_ISSUER="careflow-development", CLOCK_FILE="/tmp/clock.json")  # noqa: S108 - only named
    given.file(MASTER_KEY=bytes(96))

    assert load(ServiceSettings).in_development


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("CLOCK_FILE", "/run/clock.json", "CAREFLOW_CLOCK_FILE is for development only"),
        ("TOKEN_ISSUER", "careflow-development", "CAREFLOW_TOKEN_ISSUER names the development issuer"),
    ],
)
def test_nothing_of_development_starts_in_production(given: Given, name: str, value: str, expected: str) -> None:
    given.set(**{name: value})

    assert complaint() == expected


@pytest.mark.usefixtures("given")
def test_a_process_names_what_it_needs_beyond_the_others() -> None:
    settings = load(ServiceSettings)

    with pytest.raises(SettingsError, match=r"^CAREFLOW_KAFKA_URL is missing; CAREFLOW_TOKEN_ISSUER is missing$"):
        settings.require("kafka_url", "mongo_url", "token_issuer")


def test_an_account_of_kafka_is_whole_or_there_is_none(given: Given) -> None:
    given.set(KAFKA_ACCOUNT="booking")
    assert complaint() == "CAREFLOW_KAFKA_PASSWORD is missing; CAREFLOW_KAFKA_CA_FILE is missing"

    given.file(KAFKA_PASSWORD=b"open sesame\n")
    given.set(KAFKA_CA_FILE="/run/secrets/kafka-authority")
    settings = load(ServiceSettings)
    assert settings.kafka_password is not None
    assert settings.kafka_password.get_secret_value() == "open sesame"
    assert settings.kafka_mechanism == "PLAIN"
    assert "sesame" not in repr(settings)

    given.set(KAFKA_MECHANISM="SCRAM-SHA-256")
    assert complaint() == "CAREFLOW_KAFKA_MECHANISM: input should be 'PLAIN' or 'SCRAM-SHA-512'"


def test_locations_have_names_and_what_is_wrong_with_them_is_said_without_showing_them(given: Given) -> None:
    mill, town = "0199e0a0-0000-7000-8000-0000000000b1", "0199e0a0-0000-7000-8000-0000000000b2"
    given.set(CLINIC_LOCATION_NAMES=f'{{"{mill}": " Mill Valley "}}')
    assert load(ServiceSettings).clinic_location_names == {mill: "Mill Valley"}
    for wrong in (
        f'{{"{mill}": " "}}',
        '{"downtown": "Hidden Lane"}',
        f'{{"{mill}": "Hidden Lane", "{town}": "hidden  LANE"}}',
        "Hidden Lane",
    ):
        given.set(CLINIC_LOCATION_NAMES=wrong)
        said = complaint()
        assert "CAREFLOW_CLINIC_LOCATION_NAMES" in said
        assert "idden" not in said


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize(
    ("url", "path", "found"),
    [
        ("https://care.example.org", "/booking", "/billing/pages"),
        ("https://example.org/careflow/", "/booking", "/careflow/billing/pages"),
        ("https://care.example.org", "/appointments", None),
        ("https://care.example.org", "", None),
    ],
)
def test_the_pages_of_the_other_services_are_beside_its_own(
    given: Given, url: str, path: str, found: str | None
) -> None:
    given.set(PUBLIC_URL=url, PUBLIC_PATH=path)
    beside = ServiceSettings().pages_beside("booking")
    assert (beside[-1] if beside else None, len(beside)) == (found, 3 if found else 0)
