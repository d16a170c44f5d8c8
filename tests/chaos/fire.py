"""One patient's way to a clearance while the processes it needs are killed without warning."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from careflow_cli.infra import topics
from careflow_clinic.clinic import Clinic, Person
from careflow_clinic.http import Caller
from careflow_clinic.subscriber import Subscriber
from careflow_clinic.walk import Cleared, Walk
from tests.chaos.world.clients import PATIENCE, PatientHttp

if TYPE_CHECKING:
    from careflow_cli.stack.stack import Stack


class Killer:
    """Kills processes of a stack by chance and starts them again, one at a time, until it is told to stop.

    The same seed kills the same processes in the same order. `calm` is held while everything has to stay up.
    """

    def __init__(self, stack: "Stack", victims: Sequence[str], *, seed: int, at_most: int) -> None:
        self._stack = stack
        self._victims = tuple(victims)
        self._chance = random.Random(seed)
        self._at_most = at_most
        self._over = threading.Event()
        self.calm = threading.Lock()
        self.killed: Counter[str] = Counter()

    @contextmanager
    def at_work(self) -> Iterator["Killer"]:
        """Kill for the length of the block. Raises what went wrong in starting a process again."""
        failures: list[BaseException] = []

        def work() -> None:
            try:
                self._kill_on()
            except BaseException as error:  # handed to the test, which fails with it
                failures.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()
        if failures:
            raise failures[0]

    def _kill_on(self) -> None:
        while self.killed.total() < self._at_most and not self._over.wait(self._chance.uniform(0.1, 1.0)):
            with self.calm:
                victim = self._chance.choice(self._victims)
                self._stack.kill(victim)
                self.killed[victim] += 1
                self._stack.start(victim)


class CalmClock:
    """The stack's domain clock; time goes on only while nobody is killed."""

    def __init__(self, stack: "Stack", killer: Killer) -> None:
        self._stack = stack
        self._killer = killer

    def now(self) -> datetime:
        return self._stack.clock.now()

    def set(self, instant: datetime) -> int:
        with self._killer.calm:
            return self._stack.clock.set(instant)


async def walked_under_fire(stack: "Stack", killer: Killer, person: Person) -> tuple[Cleared, Subscriber]:
    """Take one patient to a clearance while processes die; ends when everything has come to rest."""

    def token(caller: Caller) -> str:
        return stack.token(*caller.roles, subject=caller.subject, patient_id=caller.patient_id)

    urls = {spec.name: stack.service_url(spec.name) for spec in stack.services}
    async with PatientHttp(urls, token) as http:
        before = Subscriber(stack.kafka_url, [topic.name for topic in topics.declared()], patience=PATIENCE)
        async with before.following() as events:
            walk = Walk(Clinic(http, events), CalmClock(stack, killer))
            await walk.open_the_clinic()
            with killer.at_work():
                cleared = await walk.to_clearance(person)
        await asyncio.to_thread(stack.clock.rest)
        after = Subscriber(stack.kafka_url, [topic.name for topic in topics.declared()], patience=PATIENCE)
        async with after.following() as events:
            await events.wait_for(
                "CarePathStageChanged",
                subject=cleared.patient.subject,
                where=lambda event: event.data["to"] == "cleared",
            )
        return cleared, after
