"""`careflow keys` on the files of a deployment, and what it refuses before it asks anybody."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from careflow_cli.errors import CareflowError
from careflow_cli.main import app
from careflow_cli.stack.key_files import KeyFiles
from careflow_cli.stack.secrets import Secrets


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The secrets of a deployment."""
    monkeypatch.setenv("CAREFLOW_STATE_DIR", str(tmp_path / "state"))
    secrets = Secrets(tmp_path / "secrets", 0o444)
    secrets.make(("booking", "screening"))
    return secrets.folder


def keys(*words: str) -> str:
    """What it writes. Raises CareflowError."""
    done = CliRunner().invoke(app, ["keys", *words])
    if done.exception is not None:
        raise done.exception
    return done.stdout


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("new", "booking", "data"), "stand in no file: .* keys rotate booking data"),
        (("remove", "booking", "data", "1"), "stand in no file"),
        (("put-back", "booking", "data", "1"), "stand in no file"),
        (("new", "booking", "tls"), "there are no tls keys; there are master, blind_index, audit, data, sealing"),
        (("retire", "booking", "sealing", "booking-1"), "a sealing key is never given up"),
        (("remove", "booking", "sealing", "booking-1"), "a sealing key is never given up"),
        (("new", "pharmacy", "master"), "there is no service pharmacy"),
        (("new", "booking", "master", "--secrets", "/nowhere"), "there is no folder /nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_reason(folder: Path, words: tuple[str, ...], why: str) -> None:
    before = contents(folder)
    with pytest.raises(CareflowError, match=why):
        keys(*words)
    assert contents(folder) == before


@pytest.mark.parametrize("kind", ["master", "blind-index", "audit", "sealing"])
def test_without_execute_nothing_is_made(folder: Path, kind: str) -> None:
    before = contents(folder)
    assert "nothing was changed" in keys("new", "booking", kind, "--secrets", str(folder))
    assert contents(folder) == before


@pytest.mark.parametrize("kind", ["master", "blind-index"])
def test_a_key_of_a_deployment_is_made_and_put_away(folder: Path, kind: str) -> None:
    deployment = ("--secrets", str(folder), "--execute", "--json")
    files = KeyFiles(Secrets(folder), "booking")
    (first,) = files.held(kind.replace("-", "_"))

    made = json.loads(keys("new", "booking", kind, *deployment))["result"]["key"]
    assert files.held(kind.replace("-", "_")) == [first, made]
    keys("remove", "booking", kind, first, *deployment)
    assert files.held(kind.replace("-", "_")) == [made]
    keys("put-back", "booking", kind, first, *deployment)
    assert files.held(kind.replace("-", "_")) == [made, first]
    with pytest.raises(CareflowError, match=r"booking-put-away-keys\.json holds no \w+ key"):
        keys("put-back", "booking", kind, made, *deployment)
    keys("remove", "booking", kind, first, *deployment)
    with pytest.raises(CareflowError, match=f"booking is given no \\w+ key {first}"):
        keys("remove", "booking", kind, first, *deployment)


def test_everybody_seals_to_a_new_key_of_a_deployment(folder: Path) -> None:
    deployment = ("--secrets", str(folder), "--execute", "--json")
    made = json.loads(keys("new", "screening", "sealing", *deployment))["result"]["key"]

    keys("seal-to", "screening", made, *deployment)

    public = json.loads((folder / "sealing-public.json").read_bytes())["keys"]
    assert [key["kid"] for key in public if key["kid"].startswith("screening-")] == [made]
    with pytest.raises(CareflowError, match="screening is given no sealing key screening-7"):
        keys("seal-to", "screening", "screening-7", *deployment)
