"""What a KMS has sealed it opens again, and whoever it does not open for is told why in one line."""

import base64
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from careflow_service.kms import Kms, KmsFailure, content_of, is_sealed
from careflow_service.kms.files import Read
from careflow_service.kms.sealed import opened, sealed
from careflow_service.mongo.further_keys import FurtherKeysBroken, reading
from careflow_service.mongo.key_lines import KeyKind
from careflow_service.settings import ServiceSettings, SettingsError, load
from careflow_service.testing.key_service import KEY, KeyService, self_signed

SECRET = os.urandom(96)
ELSEWHERE = {"region": "us-west-2", "key": KEY, "endpoint": "kms.example.org:443"}
ANOTHER_KEY = {"region": "us-west-2", "key": f"{KEY}0"}


def test_what_is_sealed_is_opened_again_and_shows_nothing(kms: KeyService) -> None:
    told = Kms.of(kms.variables)

    first, second = sealed(SECRET, told), sealed(SECRET, told)

    assert opened(first, told) == opened(second, told) == SECRET
    assert first != second, "each has a key of its own"
    assert is_sealed(first)
    assert not is_sealed(SECRET)
    assert kms.asked == ["Encrypt", "Decrypt", "Encrypt", *["Decrypt"] * 3]
    assert kms.credentials["secretAccessKey"] not in f"{told!r}"


def changed(content: bytes) -> bytes:
    written = json.loads(content)
    body = bytearray(base64.b64decode(written["content"]))
    body[-1] ^= 1
    return json.dumps({**written, "content": base64.b64encode(body).decode()}, separators=(",", ":")).encode()


def gone(kms: KeyService) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        kms.port = free.getsockname()[1]
    kms.tells()


def unvouched(kms: KeyService) -> None:
    kms.tells(authorities=self_signed()[0])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (gone, r"the key service at 127\.0\.0\.1:\d+ gives no answer"),
        (unvouched, r"nobody vouches for the key service at 127\.0\.0\.1:\d+: its authority goes into"),
        (
            lambda kms: kms.tells(credentials={"accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "wrong"}),
            r"the key service at 127\.0\.0\.1:\d+ refuses \(UnrecognizedClientException\)",
        ),
        (lambda kms: kms.tells(key={"region": "us-west-2"}), "CAREFLOW_KMS_FILE does not say what libmongocrypt asks"),
        (lambda kms: kms.tells(key=KEY), 'CAREFLOW_KMS_FILE: "key" is an object'),
        (lambda kms: kms.tells(provider="vault"), "CAREFLOW_KMS_FILE: the provider is one of aws, azure, gcp, kmip"),
        (lambda kms: kms.tells(credentials="workload"), "this workload has no role the key service could be asked in"),
        (lambda kms: kms.file.write_text("[]"), 'CAREFLOW_KMS_FILE is not an object with "provider", "key"'),
        (lambda kms: kms.file.unlink(), "CAREFLOW_KMS_FILE cannot be read"),
        (lambda kms: kms.tells(authorities="x"), 'CAREFLOW_KMS_FILE: "authorities" is not what stands in a PEM file'),
        (lambda kms: kms.tells(certificate="x"), 'CAREFLOW_KMS_FILE: "certificate" is not what stands in a PEM file'),
    ],
)
def test_what_is_not_sealed_is_told_why(kms: KeyService, wrong: Callable[[KeyService], object], says: str) -> None:
    wrong(kms)

    with pytest.raises(KmsFailure, match=f"^{says}") as failure:
        sealed(SECRET, Kms.of(kms.variables))
    assert "\n" not in str(failure.value)
    assert KEY not in str(failure.value)


def test_a_key_the_kms_does_not_have(kms: KeyService) -> None:
    kms.tells(key={**ANOTHER_KEY, "endpoint": f"127.0.0.1:{kms.port}"})

    with pytest.raises(KmsFailure, match=r"refuses \(NotFoundException\)$"):
        sealed(SECRET, Kms.of(kms.variables))


def test_what_was_changed_is_not_opened_nor_is_anybody_asked_whom_only_the_file_names(kms: KeyService) -> None:
    told = Kms.of(kms.variables)
    file = sealed(SECRET, told)
    asked = len(kms.asked)

    with pytest.raises(KmsFailure, match="it was changed, or sealed with another key"):
        opened(changed(file), told)
    with pytest.raises(KmsFailure, match="not a sealed file as it was written"):
        opened(file[:-9], told)
    kms.tells(key=ELSEWHERE)
    with pytest.raises(KmsFailure, match="sealed by another key service than CAREFLOW_KMS_FILE names"):
        opened(file, Kms.of(kms.variables))
    assert len(kms.asked) == asked + 1


def test_the_kms_is_asked_only_for_what_is_new(kms: KeyService, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_bytes(sealed(b"one", Kms.of(kms.variables)))
    read = Read(file)
    assert [read(), read(), read()] == [b"one"] * 3
    assert kms.asked == ["Encrypt", "Decrypt", "Decrypt"], "the last time when it was read"

    file.write_bytes(sealed(b"two", Kms.of(kms.variables)))

    assert [read(), read()] == [b"two"] * 2
    file.write_bytes(b"three")
    assert read() == content_of(file) == b"three", "and a file that is not sealed is read as ever"
    assert kms.asked == ["Encrypt", "Decrypt", "Decrypt"] * 2


def test_settings_take_sealed_keys_and_say_which_is_not_opened(
    kms: KeyService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {"MASTER_KEY": SECRET, "BLIND_INDEX_KEY": os.urandom(32), "AUDIT_KEY": os.urandom(32)}
    monkeypatch.setenv("CAREFLOW_MONGO_URL", "mongodb://store/")
    for name, key in keys.items():
        (tmp_path / name).write_bytes(sealed(key, Kms.of(kms.variables)))
        monkeypatch.setenv(f"CAREFLOW_{name}_FILE", str(tmp_path / name))

    settings = load(ServiceSettings)

    assert settings.master_key.get_secret_value() == SECRET
    assert settings.audit_key.get_secret_value() == keys["AUDIT_KEY"]
    gone(kms)
    with pytest.raises(SettingsError, match=r"^CAREFLOW_MASTER_KEY_FILE: it is sealed by another key service"):
        load(ServiceSettings)
    monkeypatch.delenv("CAREFLOW_KMS_FILE")
    with pytest.raises(SettingsError, match=r"^CAREFLOW_MASTER_KEY_FILE: it is sealed by a KMS, and CAREFLOW_KMS_FIL"):
        load(ServiceSettings)


def test_further_keys_are_sealed_as_well(kms: KeyService, tmp_path: Path) -> None:
    file, key = tmp_path / "further", os.urandom(96)
    file.write_bytes(sealed(json.dumps({"master": [base64.b64encode(key).decode()]}).encode(), Kms.of(kms.variables)))
    further = reading(file)

    assert further() == {KeyKind.MASTER: [key]}
    kms.tells(credentials={"accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "given up"})
    assert further() == {KeyKind.MASTER: [key]}, "what was opened is held, whatever becomes of the KMS"
    with pytest.raises(FurtherKeysBroken, match=r"^CAREFLOW_FURTHER_KEYS_FILE: the key service at .* refuses"):
        reading(file)()
