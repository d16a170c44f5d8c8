"""Three services in worlds where everything goes wrong that can: nothing is lost, doubled, reordered or passed over,
and no promise is broken. A failing seed is shrunk, and the message says how to repeat it.
"""

import pytest

from careflow_events.relay import Relay
from careflow_events.testing.simulation import search
from careflow_events.testing.simulation.course import live
from careflow_events.testing.simulation.plan import Kind, draw
from careflow_events.testing.simulation.search import Failure, fails, shrink
from careflow_events.testing.simulation.service import Service
from careflow_events.testing.simulation.virtual import run
from careflow_events.testing.simulation.world import World
from libs.events.tests.planted import PLANTED, Planted

SEEDS = 16
"""What `make test` runs; `make simulate` goes on from there."""
NEAR = 4
"""A change of the code may move what a seed finds: then one of these does, too."""


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_is_lost_doubled_or_reordered(seed: int) -> None:
    failure = fails(seed)
    if failure is not None:
        pytest.fail(str(shrink(failure)))


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_a_planted_bug_is_found(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    planted.plant(monkeypatch)

    assert any(fails(seed) for seed in range(planted.seed, planted.seed + 4 * NEAR, 4))


@pytest.mark.parametrize(("kind", "act", "who"), [(Relay, "turn", "screening-0"), (Service, "say", "api")])
def test_a_process_that_ends_by_an_error_of_its_own_is_named(
    kind: type, act: str, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def falls(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(kind, act, falls)

    failure = fails(0)

    assert failure is not None
    assert failure.what.startswith(f"Broken: {who} ended: ")


def test_a_seed_repeats_exactly() -> None:
    assert [_history(7), _history(6)] == [_history(7), _history(6)]


def test_what_fails_is_shrunk_to_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    (nobody_hears,) = [each for each in PLANTED if each.name == "what nobody hears does not count"]
    nobody_hears.plant(monkeypatch)
    failure = fails(0)
    assert failure is not None

    smallest = shrink(failure)

    assert [step.kind for step in smallest.steps] in ([Kind.SAY], [Kind.SLOW])
    assert fails(0, [step.number for step in smallest.steps]) == smallest
    assert smallest.command.endswith(f"--seed 0 --only {smallest.steps[0].number}")


def test_a_failure_without_any_step_says_so() -> None:
    assert Failure(3, (), "it fell").command == f"{search.COMMAND} --seed 3 --only none"


def test_every_kind_of_fault_is_drawn() -> None:
    assert {step.kind for seed in range(SEEDS) for step in draw(seed)} == set(Kind)


def _history(seed: int) -> list[bytes | None]:
    world = World(seed)
    run(live(world, draw(seed)))
    return [record.value for _, log in sorted(world.cluster.logs.items()) for record in log.records]
