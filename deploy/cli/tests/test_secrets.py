"""The secrets of a development stack, and the tokens its issuer signs."""

import json
import stat
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from careflow_cli.errors import CareflowError
from careflow_cli.stack.secrets import CONSUMERS, Secrets


@pytest.fixture
def made(tmp_path: Path) -> Secrets:
    secrets = Secrets(tmp_path / "secrets")
    secrets.make(("booking", "screening"))
    return secrets


def contents(secrets: Secrets) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in secrets.folder.iterdir()}


def key_set(secrets: Secrets, name: str) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = json.loads((secrets.folder / name).read_bytes())["keys"]
    return keys


def test_only_their_owner_can_read_them(made: Secrets) -> None:
    modes = {stat.S_IMODE(file.stat().st_mode) for file in made.folder.iterdir()}

    assert modes == {0o600}
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700


def test_what_is_there_is_never_replaced(made: Secrets) -> None:
    before = contents(made)

    made.make(("booking", "screening"))

    assert contents(made) == before


def test_a_service_that_joins_later_gets_its_own_and_the_others_keep_theirs(made: Secrets) -> None:
    before = contents(made)

    made.make(("booking", "screening", "sessions"))

    after = contents(made)
    assert {name: after[name] for name in before} == before
    kept = ("master.key", "blind-index.key", "audit.key", "further-keys.json")
    assert {f"sessions-{name}" for name in kept} == after.keys() - before.keys()


def test_every_service_has_keys_of_its_own_and_of_the_right_length(made: Secrets) -> None:
    booking, screening = (made.variables(service) for service in ("booking", "screening"))
    lengths = {"CAREFLOW_MASTER_KEY_FILE": 96, "CAREFLOW_BLIND_INDEX_KEY_FILE": 32, "CAREFLOW_AUDIT_KEY_FILE": 32}

    for variable, length in lengths.items():
        one, other = Path(booking[variable]).read_bytes(), Path(screening[variable]).read_bytes()
        assert len(one) == len(other) == length
        assert one != other


def test_sealing_keys_are_public_for_all_and_private_for_one_consumer_each(made: Secrets) -> None:
    public = key_set(made, "sealing-public.json")

    assert [key["kid"] for key in public] == [f"{consumer}-1" for consumer in CONSUMERS]
    assert not any("d" in key for key in public)
    for consumer in CONSUMERS:
        (private,) = key_set(made, f"sealing-{consumer}-private.json")
        assert private["kid"] == f"{consumer}-1"
        assert "d" in private


def test_a_token_says_who_in_which_roles_and_until_when(made: Secrets) -> None:
    token = made.token(["nurse", "operator"], subject="n-7", patient_id=None, lasting=timedelta(hours=2))

    keys = KeySet.import_key_set({"keys": key_set(made, "tokens-public.json")})
    claims = jwt.decode(token, keys, algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == ("careflow-development", "careflow", "n-7")
    assert claims["roles"] == ["nurse", "operator"]
    assert "patient_id" not in claims
    assert abs(claims["exp"] - time.time() - 7200) < 60


def test_a_patients_token_names_the_patient(made: Secrets) -> None:
    token = made.token(["patient"], subject="p", patient_id="0193", lasting=timedelta(hours=1))

    keys = KeySet.import_key_set({"keys": key_set(made, "tokens-public.json")})
    assert jwt.decode(token, keys, algorithms=["ES256"]).claims["patient_id"] == "0193"


def test_a_machines_token_names_as_whom_events_are_sealed_to_it(made: Secrets) -> None:
    token = made.token(["events_operational"], subject="r", consumer="registry", lasting=timedelta(hours=1))

    keys = KeySet.import_key_set({"keys": key_set(made, "tokens-public.json")})
    claims = jwt.decode(token, keys, algorithms=["ES256"]).claims
    assert (claims["roles"], claims["consumer"]) == (["events_operational"], "registry")


def test_a_role_the_clinic_does_not_have_is_refused(made: Secrets) -> None:
    with pytest.raises(CareflowError, match="there is no role surgeon; roles are patient, coordinator"):
        made.token(["surgeon"], subject="s", patient_id=None, lasting=timedelta(hours=1))


def test_a_new_sealing_key_is_opened_with_before_anybody_seals_to_it(made: Secrets) -> None:
    before = [key["kid"] for key in key_set(made, "sealing-public.json")]

    kid = made.add_sealing_key("sessions")

    assert [key["kid"] for key in made.sealing_keys("sessions")] == ["sessions-1", kid]
    assert [key["kid"] for key in key_set(made, "sealing-public.json")] == before

    made.seal_to("sessions", kid)
    made.make(("booking", "screening"))

    public = {key["kid"]: key for key in key_set(made, "sealing-public.json")}
    assert public.keys() == {*before, kid} - {"sessions-1"}
    assert all("d" not in key for key in public.values())
    with pytest.raises(CareflowError, match="is given no sealing key sessions-9"):
        made.seal_to("sessions", "sessions-9")
