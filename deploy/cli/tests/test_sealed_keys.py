"""`careflow keys seal`: the files of keys of a deployment are opened by a key service alone, and by it again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from careflow_cli.errors import CareflowError
from careflow_cli.main import app
from careflow_cli.stack.key_files import KeyFiles
from careflow_cli.stack.sealing_service import is_sealed
from careflow_cli.stack.secrets import Secrets
from careflow_service.testing.key_service import KeyService, key_service


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    made = Secrets(tmp_path / "secrets")
    made.make(("booking",))
    return made


@pytest.fixture
def kms(secrets: Secrets) -> Iterator[KeyService]:
    with key_service(secrets.folder) as running:
        yield running


def careflow(secrets: Secrets, *arguments: str) -> str:
    asked = [*arguments, "--secrets", str(secrets.folder), "--execute"]
    done = CliRunner().invoke(app, ["keys", *asked], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def contents(secrets: Secrets) -> dict[str, bytes]:
    files = KeyFiles(secrets, "booking")
    return {name: (secrets.folder / name).read_bytes() for name in files.of_keys()}


@pytest.mark.thorough
def test_every_file_of_keys_is_sealed_and_opened_again(secrets: Secrets, kms: KeyService) -> None:
    before = contents(secrets)
    assert before.keys() == {
        *("booking-master.key", "booking-blind-index.key", "booking-audit.key", "booking-further-keys.json"),
        "sealing-booking-private.json",
    }

    assert "5 files sealed" in careflow(secrets, "seal", "booking")
    sealed = contents(secrets)
    assert all(map(is_sealed, sealed.values()))
    assert "0 files sealed" in careflow(secrets, "seal", "booking"), "a second time changes nothing"
    assert contents(secrets) == sealed
    assert not is_sealed((secrets.folder / "sealing-screening-private.json").read_bytes())

    assert "5 files opened" in careflow(secrets, "unseal", "booking")
    assert contents(secrets) == before


@pytest.mark.thorough
def test_keys_follow_one_another_in_sealed_files(secrets: Secrets, kms: KeyService) -> None:
    files = KeyFiles(secrets, "booking")
    (first,) = files.held("master")
    careflow(secrets, "seal", "booking")

    careflow(secrets, "new", "booking", "master")
    _, second = files.held("master")
    careflow(secrets, "new", "booking", "sealing")
    careflow(secrets, "remove", "booking", "master", first)

    assert (files.held("master"), files.away("master")) == ([second], [first])
    assert [key["kid"] for key in secrets.sealing_keys("booking")] == ["booking-1", "booking-2"]
    assert contents(secrets).keys() > {"booking-put-away-keys.json"}
    assert all(map(is_sealed, contents(secrets).values())), "what is put away is sealed, too"
    careflow(secrets, "put-back", "booking", "master", first)
    assert files.held("master") == [second, first]


def test_where_the_key_service_refuses_nothing_is_changed(secrets: Secrets, kms: KeyService) -> None:
    before = contents(secrets)
    kms.tells(credentials={"accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "wrong"})

    with pytest.raises(CareflowError, match=r"^the key service at .* refuses \(UnrecognizedClientException\)$"):
        careflow(secrets, "seal", "booking")
    kms.file.unlink()
    with pytest.raises(CareflowError, match=r"^there is no .*/kms\.json: it says which key service$"):
        careflow(secrets, "seal", "booking")

    assert contents(secrets) == before


def test_without_execute_it_is_a_plan(secrets: Secrets, kms: KeyService) -> None:
    asked = ["keys", "seal", "booking", "--secrets", str(secrets.folder), "--json"]

    plan = json.loads(CliRunner().invoke(app, asked, catch_exceptions=False).stdout)["plan"]

    assert (plan["seal"], len(plan["files"]), kms.asked) == (True, 5, [])
