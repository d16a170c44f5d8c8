"""Runs the rounds of the kill matrix on one running system, and judges what is left after each.

Invariant: a round is judged only when the system has come to rest; one that does not come to rest is a fault of its
round. What a round does follows from the seed and its name, so a round repeats by itself.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Final

from careflow_cli.errors import CareflowError
from careflow_cli.infra import topics
from careflow_clinic.clinic import Clinic
from careflow_clinic.http import Caller
from careflow_clinic.subscriber import Subscriber
from careflow_clinic.walk import Walk
from tests.chaos.checks.care import judge_care
from tests.chaos.checks.delivery import Verdict, judge_delivery
from tests.chaos.checks.evidence import gathered
from tests.chaos.injuries.injury import Scene
from tests.chaos.report.recovery import Pulse
from tests.chaos.report.results import Result
from tests.chaos.rounds import Round
from tests.chaos.world.clients import PATIENCE, PatientHttp
from tests.chaos.world.load import Load
from tests.chaos.world.regulars import Regular, regulars
from tests.chaos.world.running import Running
from tests.chaos.world.treated import Hurrying, Treated, in_treatment, next_for_a_dose

REGULARS: Final = 20
WARM_UP: Final = 2.0
"""Seconds of load before something breaks."""
RECOVERED_WITHIN: Final = 30.0
"""Seconds the load goes on after an injury, for its recoveries to be seen; shorter when all were."""
REST_PATIENCE: Final = 180.0
LOOK_EVERY: Final = 0.1
FIRST_NEWCOMER: Final = 1000
FIRST_TREATED: Final = 500

Say = Callable[[str], None]


class Matrix:
    """A clinic on a running system; `opened` first."""

    def __init__(self, running: Running, seed: int, say: Say) -> None:
        self._running = running
        self._stack = running.stack
        self._seed = seed
        self._say = say
        self._regulars: list[Regular] = []
        self._treated: list[Treated] = []
        self._newcomers = FIRST_NEWCOMER
        urls = {spec.name: self._stack.service_url(spec.name) for spec in self._stack.services}
        self.http = PatientHttp(urls, self._token)
        self._events = Subscriber(self._stack.kafka_url, [each.name for each in topics.declared()], patience=PATIENCE)
        self._clinic = Clinic(self.http, self._events)
        self._calm = Walk(self._clinic, self._stack.clock)
        self._hurrying = Walk(self._clinic, Hurrying(self._stack.clock))

    def _token(self, caller: Caller) -> str:
        return self._stack.token(*caller.roles, subject=caller.subject, patient_id=caller.patient_id)

    async def run(self, rounds: Sequence[Round], until: float, tell: Callable[[Result], None]) -> list[Result]:
        """The rounds, one after the other, while there is time (`until`, monotonic)."""
        results = []
        async with self.http:
            async with self._events.following():
                await self._open(needing_doses=any(each.dosed for each in rounds))
            for each in rounds:
                if time.monotonic() > until:
                    break
                began = time.monotonic()
                try:
                    async with self._events.following():
                        results.append(await self._round(each))
                except Exception as error:  # the other rounds are run all the same
                    results.append(_not_run(each, self._seed, time.monotonic() - began, error))
                tell(results[-1])
        return results

    async def _open(self, *, needing_doses: bool) -> None:
        self._say("the clinic opens")
        await self._calm.open_the_clinic()
        self._say(f"{REGULARS} patients come")
        self._regulars = await regulars(self._hurrying, range(REGULARS), Random(self._seed))
        if needing_doses:
            await self._one_more_in_treatment()

    async def _one_more_in_treatment(self) -> None:
        self._say("somebody comes to treatment")
        number = FIRST_TREATED + len(self._treated)
        self._treated.append(await in_treatment(self._calm, self._hurrying, number))

    async def _round(self, each: Round) -> Result:
        began = time.monotonic()
        chance = Random(f"{self._seed} {each.name}")
        treated = await self._ready_for_a_dose() if each.dosed else None
        commands, repeated = len(self.http.receipts), self.http.repeated
        pulse, load = Pulse(self._stack, self.http.receipts), self._load(chance)
        scene = Scene(self._running, chance, pulse.broken)
        verdict = Verdict()
        self._say(f"{each.name}: under load")
        injured_at = time.monotonic()
        with pulse.felt():
            async with load.going_on(treated):
                self._hurrying.clock.set(self._stack.clock.now() + each.passing)
                await asyncio.sleep(WARM_UP)
                try:
                    await _beside(lambda: each.injury(scene))
                except (TimeoutError, CareflowError) as error:
                    verdict.faults.append(f"the injury could not be ended: {error}")
                injured_at = time.monotonic()
                await self._recovered(pulse)
            self._newcomers += load.newcomers
            self._say(f"{each.name}: coming to rest")
            at_rest = await self._comes_to_rest(verdict)
        verdict.blame("things a client could not do", load.failures)
        verdict.blame("answers that should not be", (code for code in self.http.refused if code.startswith("internal")))
        verdict.blame("breaks nobody recovered from", (one.broken for one in pulse.recoveries if one.seconds is None))
        events = await self._judge(each, verdict) if at_rest is not None else 0
        return Result(
            name=each.name,
            seed=self._seed,
            recoveries=tuple(pulse.recoveries),
            commands=len(self.http.receipts) - commands,
            repeated=self.http.repeated - repeated,
            events=events,
            rest=None if at_rest is None else at_rest - injured_at,
            seconds=time.monotonic() - began,
            verdict=verdict,
        )

    def _load(self, chance: Random) -> Load:
        for regular in self._regulars:
            regular.chance = Random(chance.random())
        return Load(self._hurrying, self._regulars, chance, self._newcomers)

    async def _ready_for_a_dose(self) -> Treated:
        for treated in self._treated:
            await treated.has_integrated()
        found = next_for_a_dose(self._treated)
        if found is None:
            await self._one_more_in_treatment()
            found = self._treated[-1]
        self._say("the day of a dose comes")
        await found.comes_to()
        return found

    async def _recovered(self, pulse: Pulse) -> None:
        until = time.monotonic() + RECOVERED_WITHIN
        while time.monotonic() < until and any(each.seconds is None for each in pulse.recoveries):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY)

    async def _comes_to_rest(self, verdict: Verdict) -> float | None:
        """When it did, by the monotonic clock."""
        until = time.monotonic() + REST_PATIENCE
        while True:
            try:
                await _beside(self._stack.clock.rest)
            except CareflowError as error:
                if time.monotonic() > until:
                    verdict.faults.append(str(error))
                    return None
            else:
                return time.monotonic()

    async def _judge(self, each: Round, verdict: Verdict) -> int:
        self._say(f"{each.name}: looking at what is left")
        evidence = await gathered(self._stack, lambda _: None)
        left = await asyncio.to_thread(self._stack.clock.remaining)
        verdict.blame("services with parked events", (name for name, one in left.items() if one.parked))
        promised = [] if each.forgets else self.http.receipts
        judge_delivery(evidence, promised, verdict, refed=each.refed)
        if not each.forgets:
            await judge_care(self._clinic, evidence, self._regulars, self._treated, verdict)
        return len(evidence.events)


def _not_run(each: Round, seed: int, seconds: float, error: Exception) -> Result:
    verdict = Verdict(faults=[f"not run to its end: {type(error).__name__}: {str(error)[:500]}"])
    return Result(each.name, seed, (), commands=0, repeated=0, events=0, rest=None, seconds=seconds, verdict=verdict)


async def _beside(work: Callable[[], None]) -> None:
    """Runs this in a thread that nobody waits for who is interrupted."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def settle(error: Exception | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        error: Exception | None = None
        try:
            work()
        except Exception as failed:
            error = failed
        with suppress(RuntimeError):  # the loop is closed by now
            loop.call_soon_threadsafe(settle, error)

    threading.Thread(target=run, daemon=True).start()
    await done
