"""Who acts, and what an id is."""

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
