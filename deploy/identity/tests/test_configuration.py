"""What the bundled provider is told, without running it: tests/identity does that."""

import json
from pathlib import Path
from typing import Any

import pytest

from careflow_identity.configuration import ADMINISTRATORS, MACHINE_ROLES, ROLES, TOKEN_SECONDS, Place, Unset
from careflow_service.identity import Role
from careflow_service.tokens.claims import GRANTABLE


def rights(given: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = Place.of(given).settings()["CANAILLE"]["ACL"]
    return found


def test_it_starts_with_what_init_makes(given: dict[str, str]) -> None:
    settings = Place.of(given).settings()

    assert settings["SERVER_NAME"] == "login.careflow.example.org"
    assert settings["PREFERRED_URL_SCHEME"] == "https"
    assert settings["SESSION_COOKIE_SECURE"] is True
    (signing,) = settings["CANAILLE_OIDC"]["ACTIVE_JWKS"]
    assert (signing["kty"], "d" in signing) == ("RSA", True)


@pytest.mark.parametrize("missing", ["HOST", "CLINIC_HOST", "DATA", "SECRET_FILE", "SERVICES_SECRET_FILE", "KEYS_FILE"])
def test_what_is_missing_is_named(given: dict[str, str], missing: str) -> None:
    del given[f"IDENTITY_{missing}"]
    with pytest.raises(Unset, match=f"IDENTITY_{missing} is missing"):
        Place.of(given)


@pytest.mark.parametrize("name", ["SECRET_FILE", "SERVICES_SECRET_FILE", "KEYS_FILE"])
def test_a_file_that_cannot_be_read_is_named(given: dict[str, str], name: str) -> None:
    with pytest.raises(Unset, match=f"IDENTITY_{name} cannot be read"):
        Place.of({**given, f"IDENTITY_{name}": "/nowhere"})


@pytest.mark.parametrize("name", ["SECRET_FILE", "SERVICES_SECRET_FILE", "KEYS_FILE"])
def test_an_empty_secret_is_none(given: dict[str, str], tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(Unset, match=f"IDENTITY_{name} is empty"):
        Place.of({**given, f"IDENTITY_{name}": str(tmp_path / "empty")})


@pytest.mark.parametrize("content", ["[]", "{}", '{"keys": []}', '{"keys": [{"kty": "EC"}]}', '{"keys": [7]}'])
def test_what_is_no_set_of_keys_is_refused(given: dict[str, str], tmp_path: Path, content: str) -> None:
    (tmp_path / "keys").write_text(content)
    with pytest.raises(Unset, match="IDENTITY_KEYS_FILE"):
        Place.of({**given, "IDENTITY_KEYS_FILE": str(tmp_path / "keys")})


def test_the_first_key_signs_and_the_others_verify(given: dict[str, str], tmp_path: Path) -> None:
    keys = [{"kty": "RSA", "kid": "new"}, {"kty": "RSA", "kid": "old"}]
    (tmp_path / "keys").write_text(json.dumps({"keys": keys}))
    settings = Place.of({**given, "IDENTITY_KEYS_FILE": str(tmp_path / "keys")}).settings()["CANAILLE_OIDC"]
    assert (settings["ACTIVE_JWKS"], settings["INACTIVE_JWKS"]) == ([keys[0]], [keys[1]])


def test_every_role_is_for_people_or_machines_and_nobody_is_given_the_systems() -> None:
    assert {*ROLES, *MACHINE_ROLES} == {str(role) for role in GRANTABLE}
    assert Role.PATIENT not in MACHINE_ROLES
    assert ADMINISTRATORS not in {*ROLES, *MACHINE_ROLES}, "who administers logins sees no patient"


def test_nobody_gives_themselves_or_others_what_is_not_theirs_to_give(given: dict[str, str]) -> None:
    everybody, administrators = rights(given)["EVERYBODY"], rights(given)["ADMINISTRATORS"]

    assert "manage_own_groups" not in everybody["PERMISSIONS"], "a group is a role"
    assert {"groups", "user_name", "emails", "lock_date"} & {*everybody["WRITE"]} == set()
    assert "user_name" not in administrators["WRITE"], "who somebody is never changes"
    forbidden = {"impersonate_users", "delete_account"}
    assert forbidden & {*everybody["PERMISSIONS"], *administrators["PERMISSIONS"]} == set()
    assert administrators["FILTER"] == {"groups": ADMINISTRATORS}


def test_nobody_enters_themselves_and_tokens_are_short(given: dict[str, str]) -> None:
    settings = Place.of(given).settings()

    assert settings["CANAILLE"]["ENABLE_REGISTRATION"] is False
    assert set(settings["OAUTH2_TOKEN_EXPIRES_IN"].values()) == {TOKEN_SECONDS}
    assert TOKEN_SECONDS <= 600, "as the operators' page promises"
