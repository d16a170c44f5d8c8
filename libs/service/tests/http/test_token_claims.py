"""Where providers say who somebody is, and what a clinic may set about it."""

import os
from typing import Any

import pytest

from careflow_service.identity import Actor, Role
from careflow_service.settings import ServiceSettings, SettingsError, load
from careflow_service.tokens.claims import GRANTABLE, OF_STAFF, Claim, NobodyNamed, Reading, TooLittleShown
from careflow_service.tokens.verifier import reading_of, verifier_for

NURSE = Actor("ann", frozenset({Role.NURSE}))
OF_PROVIDERS: dict[str, tuple[Reading, dict[str, Any]]] = {
    "ours": (Reading(), {"sub": "ann", "roles": ["nurse"]}),
    "Keycloak": (
        Reading(Claim("/realm_access/roles")),
        {"sub": "ann", "typ": "Bearer", "azp": "desk", "realm_access": {"roles": ["offline_access", "nurse"]}},
    ),
    "Keycloak's roles of a client": (
        Reading(Claim("/resource_access/careflow/roles")),
        {"sub": "ann", "resource_access": {"careflow": {"roles": ["nurse"]}, "other": {"roles": ["prescriber"]}}},
    ),
    "Auth0's names with a host": (
        Reading(Claim("https://careflow.example/roles")),
        {"sub": "ann", "azp": "desk", "scope": "openid", "https://careflow.example/roles": ["nurse"]},
    ),
    "Entra's object id, and groups by their ids": (
        Reading(Claim("groups"), Claim("oid"), names={"1f9a": Role.NURSE}),
        {"sub": "pairwise", "oid": "ann", "groups": ["1f9a", "prescriber"]},
    ),
    "Canaille's groups": (Reading(Claim("groups")), {"sub": "ann", "groups": ["nurse", "book club"]}),
    "Cognito": (Reading(Claim("cognito:groups")), {"sub": "ann", "token_use": "access", "cognito:groups": ["nurse"]}),
    "scopes": (Reading(Claim("scope")), {"sub": "ann", "scope": "openid nurse"}),
    "an escaped pointer": (Reading(Claim("/a~1b/c~0d")), {"sub": "ann", "a/b": {"c~d": ["nurse"]}}),
}


@pytest.mark.parametrize("provider", OF_PROVIDERS)
def test_roles_are_read_where_a_provider_says_them(provider: str) -> None:
    reading, claims = OF_PROVIDERS[provider]
    assert reading.actor(claims) == NURSE


@pytest.mark.parametrize(
    "claims", [{}, {"realm_access": None}, {"realm_access": "nurse"}, {"realm_access": {}}, {"/realm_access/roles": []}]
)
def test_who_is_given_no_roles_has_none(claims: dict[str, Any]) -> None:
    assert Reading(Claim("/realm_access/roles")).actor({"sub": "ann", **claims}).roles == frozenset()


@pytest.mark.parametrize("roles", ["nurse in training", {"nurse": True}, 7])
def test_a_text_is_not_taken_apart_into_roles(roles: object) -> None:
    with pytest.raises(NobodyNamed):
        Reading().actor({"sub": "ann", "roles": roles})


TWO_FACTORS = Reading(asked_of_staff=frozenset({"mfa", "hwk"}))


@pytest.mark.parametrize("shown", [["pwd", "mfa"], ["hwk"], "mfa"])
def test_who_proved_it_as_the_clinic_asks_of_its_staff_comes_in(shown: object) -> None:
    assert TWO_FACTORS.actor({"sub": "ann", "roles": ["nurse"], "amr": shown}) == NURSE


@pytest.mark.parametrize("shown", [None, [], ["pwd"], "pwd mfa", {"mfa": True}, [["mfa"]], 7])
def test_who_proved_less_does_not(shown: object) -> None:
    with pytest.raises(TooLittleShown):
        TWO_FACTORS.actor({"sub": "ann", "roles": ["nurse"], "amr": shown})


@pytest.mark.parametrize("role", sorted(GRANTABLE - OF_STAFF))
def test_no_factor_is_asked_of_patients_machines_and_screens(role: Role) -> None:
    whose = {"patient_id": "p-1"} if role is Role.PATIENT else {}
    assert TWO_FACTORS.actor({"sub": "ann", "roles": [role.value], **whose}).roles == {role}


def test_a_second_role_spares_nobody_the_factor() -> None:
    for role in sorted(GRANTABLE - OF_STAFF - {Role.PATIENT}):
        with pytest.raises(TooLittleShown):
            TWO_FACTORS.actor({"sub": "ann", "roles": ["nurse", role.value]})
    as_patient = {"sub": "ann", "roles": ["nurse", "patient"], "patient_id": "p-1"}
    assert TWO_FACTORS.actor(as_patient).roles == {Role.PATIENT}, "who is a patient is nothing else"


def test_a_clinic_may_ask_by_another_claim() -> None:
    reading = Reading(shown=Claim("/context/acr"), asked_of_staff=frozenset({"urn:two"}))
    assert reading.actor({"sub": "ann", "roles": ["nurse"], "context": {"acr": "urn:two"}}) == NURSE


def test_with_names_of_the_clinics_own_no_other_word_grants_anything() -> None:
    reading = Reading(names={"kap-nurses": Role.NURSE})
    assert reading.actor({"sub": "ann", "roles": ["kap-nurses", "prescriber"]}) == NURSE


def test_a_patients_id_is_read_where_it_is_said_and_for_patients_only() -> None:
    reading = Reading(patient_id=Claim("sub"))
    assert reading.actor({"sub": "p1", "roles": ["patient"]}) == Actor("p1", frozenset({Role.PATIENT}), "p1")
    assert reading.actor({"sub": "ann", "roles": ["nurse"]}) == NURSE


@pytest.mark.parametrize("claims", [{"oid": 7}, {"oid": ""}, {}, {"oid": None, "sub": "ann"}])
def test_whoever_is_not_named_where_it_is_said_is_nobody(claims: dict[str, Any]) -> None:
    with pytest.raises(NobodyNamed):
        Reading(id=Claim("oid")).actor({"roles": ["nurse"], **claims})


@pytest.mark.parametrize(
    "mark",
    [
        {"at_hash": "x"},
        {"c_hash": "x"},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
        {"typ": "ID"},
        {"typ": "Refresh"},
        {"token_use": "id"},
    ],
)
def test_a_token_made_for_something_else_does_not_speak_for_anyone(mark: dict[str, Any]) -> None:
    with pytest.raises(NobodyNamed):
        Reading().actor({"sub": "ann", "roles": ["nurse"], **mark})


@pytest.mark.parametrize("said", [{}, {"sub": "import"}, {"sub": None}])
def test_a_machine_is_named_by_its_client_and_has_the_roles_of_its_scopes(said: dict[str, Any]) -> None:
    reading = Reading(Claim("groups"))
    claims = {"client_id": "import", "scope": "coordinator other", "groups": ["prescriber"], **said}
    assert reading.introspected(claims) == Actor("client:import", frozenset({Role.COORDINATOR}))


@pytest.mark.parametrize("who", [{"sub": "ann"}, {"sub": "desk", "username": "desk"}])
def test_scopes_of_a_persons_token_are_no_roles(who: dict[str, Any]) -> None:
    actor = Reading().introspected({"client_id": "desk", "scope": "prescriber", **who})
    assert actor == Actor(who["sub"], frozenset())


@pytest.mark.parametrize("claims", [{}, {"client_id": 7}, {"client_id": ""}, {"client_id": "x", "scope": "patient"}])
def test_a_machine_without_a_name_and_one_that_would_be_a_patient_are_nobody(claims: dict[str, Any]) -> None:
    with pytest.raises(NobodyNamed):
        Reading().introspected(claims)


READS = frozenset({Role.EVENTS_OPERATIONAL})


def test_the_name_a_machines_events_are_sealed_to_is_read_where_it_is_said() -> None:
    reading = Reading(consumer=Claim("/careflow/consumer"))
    named = {"careflow": {"consumer": "registry"}, "consumer": "sessions"}
    scoped = {"client_id": "warehouse", "scope": "events_operational", **named}

    signed = reading.actor({"sub": "warehouse", "roles": ["events_operational"], **named})

    assert signed == Actor("warehouse", READS, consumer="registry")
    assert reading.introspected(scoped) == Actor("client:warehouse", READS, consumer="registry")
    assert Reading().actor({"sub": "p1", "roles": ["patient"], **named}).consumer is None


@pytest.mark.parametrize("consumer", [7, ["sessions"], {}])
def test_a_machine_with_a_name_that_is_none_is_nobody(consumer: object) -> None:
    with pytest.raises(NobodyNamed):
        Reading().actor({"sub": "x", "roles": ["events_operational"], "consumer": consumer})
    with pytest.raises(NobodyNamed):
        Reading().introspected({"client_id": "x", "scope": "events_operational", "consumer": consumer})


def test_nobody_logs_in_under_the_name_of_a_machine() -> None:
    with pytest.raises(NobodyNamed):
        Reading().actor({"sub": "client:import", "roles": ["nurse"]})


# -- settings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in [name for name in os.environ if name.startswith("CAREFLOW_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "ENVIRONMENT": "development",
        "MONGO_URL": "mongodb://127.0.0.1",
        "MASTER_KEY": "A" * 128,
        "BLIND_INDEX_KEY": "A" * 44,
        "AUDIT_KEY": "A" * 44,
        "TOKEN_ISSUER": "https://login.example",
        "TOKEN_JWKS_URL": "https://login.example/jwks.json",
    }.items():
        monkeypatch.setenv(f"CAREFLOW_{name}", value)
    return monkeypatch


def test_without_settings_tokens_are_read_as_ours(environment: pytest.MonkeyPatch) -> None:
    assert reading_of(load(ServiceSettings)) == Reading()


def test_settings_say_where_and_by_which_words(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CAREFLOW_TOKEN_ROLES_CLAIM", "/realm_access/roles")
    environment.setenv("CAREFLOW_TOKEN_ID_CLAIM", "oid")
    environment.setenv("CAREFLOW_TOKEN_PATIENT_CLAIM", "chart")
    environment.setenv("CAREFLOW_TOKEN_CONSUMER_CLAIM", "reader")
    environment.setenv("CAREFLOW_TOKEN_FACTORS_CLAIM", "acr")
    environment.setenv("CAREFLOW_TOKEN_STAFF_FACTORS", "mfa  hwk")
    environment.setenv("CAREFLOW_TOKEN_ROLE_NAMES", '{"kap-nurses": "nurse"}')
    places = (Claim("/realm_access/roles"), Claim("oid"), Claim("chart"))
    expected = Reading(*places, {"kap-nurses": Role.NURSE}, Claim("reader"), Claim("acr"), frozenset({"mfa", "hwk"}))
    assert reading_of(load(ServiceSettings)) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROLES_CLAIM", "/"),
        ("ROLES_CLAIM", "/a//b"),
        ("ROLES_CLAIM", "/a~2"),
        ("ROLES_CLAIM", "sub"),
        ("ROLES_CLAIM", "/client_id/x"),
        ("PATIENT_CLAIM", "/"),
        ("CONSUMER_CLAIM", "/"),
        ("ID_CLAIM", "/x/"),
        ("ROLE_NAMES", '{"root": "system"}'),
        ("ROLE_NAMES", '{"anyone": "public"}'),
        ("ROLE_NAMES", '{"doctors": "doctor"}'),
        ("ROLE_NAMES", "nurse"),
        ("INTROSPECTION_URL", "https://login.example/introspect"),
        ("CA_FILE", "/nowhere.pem"),
        ("JWKS_URL", "ftp://login.example/keys"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_the_start_by_its_name(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(f"CAREFLOW_TOKEN_{name}", value)
    with pytest.raises(SettingsError) as refused:
        verifier_for(load(ServiceSettings))
    assert name.lower().removesuffix("_url") in str(refused.value).lower()
    assert "\n" not in str(refused.value)
