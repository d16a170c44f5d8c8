"""Who acts, and what an id is."""

import pytest

from careflow_service.identity import Actor, Role
from careflow_service.ids import new_id


def test_an_actor_has_any_of_the_roles_asked_for() -> None:
    nurse = Actor("n1", frozenset({Role.NURSE}))

    assert nurse.has(Role.PRESCRIBER, Role.NURSE)
    assert not nurse.has(Role.PRESCRIBER)
    assert not nurse.has()


def test_processes_and_strangers_have_roles_of_their_own() -> None:
    assert Actor.system("timers") == Actor("system:timers", frozenset({Role.SYSTEM}))
    assert Actor.public() == Actor("public", frozenset({Role.PUBLIC}))


def test_ids_grow() -> None:
    ids = [new_id() for _ in range(100)]

    assert ids == sorted(set(ids))
    assert all(id_[14] == "7" for id_ in ids), "UUID version 7"


def test_a_patient_is_nothing_else() -> None:
    """By any second role a token may name."""
    for role in set(Role) - {Role.PATIENT}:
        both = frozenset({Role.PATIENT, role})
        assert Actor.granted("ann", both, "p1") == Actor("ann", frozenset({Role.PATIENT}), "p1")
        with pytest.raises(ValueError):
            Actor("ann", both, "p1")


def test_only_a_patient_has_a_patients_id() -> None:
    assert Actor.granted("bob", frozenset({Role.NURSE}), "p1").patient_id is None
    with pytest.raises(ValueError):
        Actor("bob", frozenset({Role.NURSE}), "p1")
