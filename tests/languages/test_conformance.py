"""The official JavaScript packages read what we write, through the example of `docs/integrators`, and we read what they
write: CloudEvents, sealed sections, webhooks.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from careflow_events.catalogue import authenticated, read
from careflow_events.contracts.sealed import sealed_fields
from careflow_events.envelope import CONTENT_TYPE, decode
from careflow_events.testing.samples import FOLDER, Sample, sample_key_ring, samples
from careflow_service.webhooks.signing import new_secret, signatures
from tests.languages.conftest import EXAMPLES, HERE

pytestmark = pytest.mark.long

SAMPLES = samples()
NAMES = {str(sample): number for number, sample in enumerate(SAMPLES)}
KEYS = orjson.loads((FOLDER / "keys" / "private.jwks.json").read_bytes())["keys"]
SECTIONS = [
    (sample, field.name, consumer)
    for sample in SAMPLES
    for field in sealed_fields(sample.contract)
    if field.name in sample.envelope.data
    for consumer in field.consumers
]


def record(sample: Sample) -> dict[str, Any]:
    def written(value: bytes | None) -> str | None:
        return None if value is None else b64encode(value).decode()

    return {
        "key": written(sample.key),
        "value": written(sample.value),
        "headers": {name: written(value) for name, value in sample.headers},
    }


def section(sample: Sample, field: str, consumer: str, **changes: Any) -> dict[str, Any]:
    keys = [key for key in KEYS if key["kid"].startswith(f"{consumer}-")]
    event = {**orjson.loads(sample.value), **changes}
    return {"event": event, "field": field, "consumer": consumer, "keys": keys}


def webhook(sample: Sample, *signed_with: str, at: int) -> dict[str, Any]:
    """As it is sent at that moment, for one who knows OURS."""
    body = orjson.dumps(orjson.loads(sample.value))
    sent = {
        "content-type": CONTENT_TYPE,
        "webhook-id": sample.envelope.id,
        "webhook-timestamp": str(at),
        "webhook-signature": signatures(signed_with, id=sample.envelope.id, timestamp=at, body=body),
    }
    return {"headers": sent, "body": body.decode(), "secret": OURS}


OURS, NEXT = new_secret(), new_secret()
FIRST = SECTIONS[0]
STRANGE_SECTIONS = {
    "moved to another event": section(*FIRST, id="0199f1c2-7a10-7c3e-9d41-5b6a0e8f2c99"),
    "under a key that is not held": {**section(*FIRST), "keys": []},
    "sealed to others": {**section(*FIRST), "consumer": "pharmacy"},
}
WEBHOOKS: Mapping[str, tuple[tuple[str, ...], int]] = {
    "signed by the secret": ((OURS,), 0),
    "signed by the secret and the one to come": ((NEXT, OURS), 0),
    "signed by another": ((NEXT,), 0),
    "of an hour ago": ((OURS,), -3600),
}
"""By what each is signed, and how many seconds from now: made when it is sent, for the library takes no old one."""


@pytest.fixture(scope="module")
def told(javascript: Callable[[Any], Any]) -> Any:
    """What JavaScript makes of everything, asked once."""
    sections = [*(section(*each) for each in SECTIONS), *STRANGE_SECTIONS.values()]
    now = int(datetime.now(UTC).timestamp())
    webhooks = [webhook(SAMPLES[0], *signed_with, at=now + ahead) for signed_with, ahead in WEBHOOKS.values()]
    cases = {"records": [record(each) for each in SAMPLES], "sections": sections, "webhooks": webhooks}
    return javascript(cases)


@pytest.mark.parametrize("name", NAMES)
def test_it_reads_every_attribute_and_the_data(told: Any, name: str) -> None:
    sample = SAMPLES[NAMES[name]]

    event = told["events"][NAMES[name]]["answer"]

    key = event.pop("partitionkey", None)
    assert key == (None if sample.key is None else sample.key.decode())
    assert event == orjson.loads(sample.value)


@pytest.mark.parametrize("mode", ["structured", "binary"])
@pytest.mark.parametrize("name", NAMES)
def test_we_read_what_it_writes(told: Any, name: str, mode: str) -> None:
    message = told[mode][NAMES[name]]["answer"]

    headers = [(header, value.encode()) for header, value in message["headers"].items()]
    assert decode(message["value"].encode(), headers) == SAMPLES[NAMES[name]].envelope


@pytest.mark.parametrize(
    "number", range(len(SECTIONS)), ids=lambda number: f"{SECTIONS[number][0]}/{SECTIONS[number][2]}"
)
def test_another_jose_library_opens_our_sealed_sections(told: Any, number: int) -> None:
    sample, field, consumer = SECTIONS[number]
    event = sample.envelope
    assert read(event, sample_key_ring(consumer)) is not None
    ours = sample_key_ring(consumer).open(event.data[field], authenticated(event.id, event.type, event.subject, field))

    assert ours is not None
    assert told["opened"][number] == {"answer": json.loads(ours)}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("moved to another event", {"error": "JWEDecryptionFailed: decryption operation failed"}),
        (
            "under a key that is not held",
            {"error": f"Error: a key of {FIRST[2]} is missing: wait for it, do not go on"},
        ),
        ("sealed to others", {}),
    ],
)
def test_what_does_not_open_says_why(told: Any, name: str, answer: dict[str, str]) -> None:
    assert told["opened"][len(SECTIONS) + [*STRANGE_SECTIONS].index(name)] == answer


@pytest.mark.parametrize("name", ["signed by the secret", "signed by the secret and the one to come"])
def test_what_a_service_signs_is_believed(told: Any, name: str) -> None:
    assert told["pushed"][[*WEBHOOKS].index(name)]["answer"] == orjson.loads(SAMPLES[0].value)


@pytest.mark.parametrize(
    ("name", "error"),
    [("signed by another", "No matching signature found"), ("of an hour ago", "Message timestamp too old")],
)
def test_what_somebody_else_signed_is_not(told: Any, name: str, error: str) -> None:
    assert error in told["pushed"][[*WEBHOOKS].index(name)]["error"]


def test_the_documented_packages_are_those_that_are_locked() -> None:
    packages = json.loads((HERE / "package.json").read_text())["dependencies"]
    called = ("cloudevents", "jose", "standardwebhooks")
    line = "npm install " + " ".join(f"{name}@{packages[name]}" for name in called)

    assert line in (EXAMPLES / "in_javascript.mjs").read_text()
    assert line in (EXAMPLES.parent / "in-other-languages.md").read_text()
    locked = json.loads((HERE / "package-lock.json").read_text())["packages"]
    assert all(
        each["integrity"].startswith("sha512-") and "resolved" not in each for name, each in locked.items() if name
    )
