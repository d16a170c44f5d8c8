"""Failpoints are where they say they are, obey once, and exist in no process that is shipped."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.chaos.failpoints import failing
from tests.chaos.failpoints.failing import Failing
from tests.chaos.failpoints.orders import Act, Order, Orders
from tests.chaos.failpoints.points import POINTS, Point, Process, Side, point_named

ROOT = Path(__file__).resolve().parents[2]
MARK = [SimpleNamespace(where="_leases/relay"), SimpleNamespace(where="_outbox/1")]
REACTION = [SimpleNamespace(where="_positions/booking|x"), SimpleNamespace(where="_owners/patient")]
COMMAND = [SimpleNamespace(where="appointments/1"), SimpleNamespace(where="_outbox/1")]


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    return Orders(tmp_path)


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The signals this process would have sent itself."""
    sent: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _pid, signum: sent.append(signum))
    return sent


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_each_point_is_at_an_asynchronous_function_of_the_shipped_code(point: Point) -> None:
    owner, name = failing.where(point.function)
    assert asyncio.iscoroutinefunction(getattr(owner, name))


def test_no_two_points_have_one_name() -> None:
    assert len({each.name for each in POINTS}) == len(POINTS)


def test_nothing_that_is_shipped_knows_of_failpoints() -> None:
    shipped = [*ROOT.glob("libs/*/src"), *ROOT.glob("services/*/src"), ROOT / "deploy/docker"]
    files = [each for folder in shipped for each in folder.rglob("*") if each.suffix in {"", ".py"} and each.is_file()]
    assert len(files) > 100
    knowing = [
        each for each in files if any(word in each.read_text() for word in ("failpoint", "CHAOS_", "tests.chaos"))
    ]
    assert knowing == []
    assert "**/tests" in (ROOT / ".dockerignore").read_text().splitlines()


def test_a_service_started_as_it_is_shipped_has_no_wrapped_function() -> None:
    """The points' modules are as their files say in a process that was not started by `failing`."""
    look = "import sys; from tests.chaos.failpoints import failing, points; " + (
        "print([p.name for p in points.POINTS if hasattr(getattr(*failing.where(p.function)), '__wrapped__')])"
    )
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("writes", [MARK, REACTION, COMMAND], ids=["mark", "reaction", "command"])
def test_a_commit_passes_the_points_of_what_it_is_about_and_no_others(writes: list[Any]) -> None:
    about = {id(MARK): "relay_marking", id(REACTION): "reaction_written", id(COMMAND): "command_written"}
    in_transaction = ("client", "session", writes)
    alone = ("client", None, writes)
    sending = [each for each in POINTS if each.function.endswith(":_send")]
    assert [each.name for each in sending if each.concerns(in_transaction, None)] == [about[id(writes)]]
    assert [each.name for each in sending if each.concerns(alone, None)] == []


@pytest.mark.parametrize(("lease", "point"), [("relay", "relay_claimed"), ("timers", "timers_claimed"), ("keys", None)])
def test_a_claimed_lease_passes_its_own_point_only(lease: str, point: str | None) -> None:
    claiming = [each for each in POINTS if each.function.endswith(":MongoLeases.take")]
    passed = [each.name for each in claiming if each.concerns((), SimpleNamespace(name=lease))]
    assert passed == ([point] if point else [])
    assert not any(each.concerns((), None) for each in claiming), "a lease somebody else holds was not claimed"


async def test_an_order_is_obeyed_once_at_its_pass(orders: Orders, killed: list[int]) -> None:
    process, point = Failing(orders, "booking", "worker"), point_named("relay_marking")
    await process.passes(point)
    assert killed == []
    orders.give("booking", "worker", Order(point.name, after=1))
    await process.passes(point_named("relay_marked"))
    await process.passes(point)
    assert (killed, orders.taken("booking", "worker")) == ([], None)
    await process.passes(point)
    await process.passes(point)
    assert killed == [signal.SIGKILL]
    taken = orders.taken("booking", "worker")
    assert taken is not None
    assert taken.pid == os.getpid()
    assert not orders.withdraw("booking", "worker"), "it was taken"


async def test_of_two_processes_one_obeys(orders: Orders, killed: list[int]) -> None:
    orders.give("booking", "worker", Order("relay_marking"))
    for process in (Failing(orders, "booking", "worker"), Failing(orders, "booking", "worker")):
        await process.passes(point_named("relay_marking"))
    assert killed == [signal.SIGKILL]


async def test_an_order_for_one_command_is_no_other_ones(orders: Orders, killed: list[int]) -> None:
    orders.give("booking", "worker", Order("command_written"))
    for service, command in (("booking", "api"), ("billing", "worker")):
        await Failing(orders, service, command).passes(point_named("command_written"))
    assert killed == []
    assert orders.withdraw("booking", "worker")


async def test_who_waits_goes_on_afterwards(orders: Orders, killed: list[int]) -> None:
    orders.give("booking", "worker", Order("records_received", Act.WAIT, seconds=0.01))
    began = asyncio.get_running_loop().time()
    await Failing(orders, "booking", "worker").passes(point_named("records_received"))
    assert asyncio.get_running_loop().time() - began >= 0.009
    assert killed == []


async def test_a_wrapped_function_passes_its_points_on_both_sides(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[str] = []

    async def inner(answer: str) -> str:
        passed.append(answer)
        return answer

    async def note(self: Failing, point: Point) -> None:
        passed.append(point.name)

    module = ModuleType("somewhere")
    module.work = inner  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "somewhere", module)
    monkeypatch.setattr(Failing, "passes", note)
    points = tuple(Point(name, Process.API, "somewhere:work", side) for name, side in zip("ab", Side, strict=True))
    monkeypatch.setattr(failing, "POINTS", points)
    Failing(orders, "booking", "api").install()
    assert await module.work("work") == "work"
    assert passed == ["a", "work", "b"]
