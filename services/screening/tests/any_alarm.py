"""A patient who says alarming things at any time, and a clinic that is asleep, slow, or answers."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from careflow_domain.errors import DomainError
from screening.domain.alert_records import AlertDisposition, AlertOutcome, Closing, Contact
from screening.domain.alerts import SafetyAlert
from services.screening.tests.alarm_law import Heard
from services.screening.tests.builders import (
    BEFORE_NEXT_STEP,
    CRISIS,
    IN_SITTING,
    NOW,
    NURSE,
    POLICY,
    PRESCRIBER,
    WITHIN_THE_HOUR,
    ZONE,
    joined,
    raised,
    rota,
)

LASTING = POLICY.alert_persistence
SAYINGS = (
    ("high", "crisis", CRISIS),
    ("moderate", "hour", WITHIN_THE_HOUR),
    ("moderate", "sitting", IN_SITTING),
    ("low", "review", BEFORE_NEXT_STEP),
)
ROTA = rota()


class AnyAlarm:
    """Some days of it; `heard` holds what is owed."""

    def __init__(self, seed: int) -> None:
        self.random, self.now = Random(seed), NOW
        self.alert: SafetyAlert | None = None
        self.heard = Heard(ZONE)
        self.pages = 0

    def goes_on(self, steps: int) -> None:
        acts = (self.says, self.says, self.time, self.time, self.time, self.takes_on, self.speaks, self.closes,
                self.finishes_the_screener, self.sleeps, self.timers_are_down)  # fmt: skip
        for _ in range(steps):
            try:
                self.random.choice(acts)()
            except DomainError:
                continue

    def says(self) -> None:
        level, kind, positive = self.random.choice(SAYINGS)
        ref = self.random.choice(("one questionnaire", "another", "a session"))
        said = replace(positive, ref=ref, said_at=self.now)
        self.heard.says(level, kind, ref, self.now)
        self.alert = raised(said, now=self.now) if self.alert is None else joined(self.alert, said, now=self.now)
        self.timers(once=True)

    def takes_on(self) -> None:
        if self.alert is not None:
            self.alert = self.alert.acknowledged(NURSE, LASTING, now=self.now)
            self.heard.takes_on(self.now)

    def speaks(self) -> None:
        if self.alert is not None:
            plan = self.random.choice((None, "sister stays"))
            spoke = Contact(by=NURSE, at=self.now, note="on the telephone", safety_plan=plan)
            self.alert = self.alert.contacted(spoke, LASTING)
            self.heard.speaks(plan is not None, self.now)

    def closes(self) -> None:
        if self.alert is not None and self.random.random() < 0.4:
            self.alert.closed(
                Closing(
                    by=PRESCRIBER,
                    at=self.now,
                    outcome=AlertOutcome.RESOLVED,
                    note="seen",
                    disposition=AlertDisposition.SAFE_WITH_PLAN,
                    safety_plan="agreed",
                )
            )
            self.alert = None
            self.heard.closes()

    def finishes_the_screener(self) -> None:
        if self.alert is not None:
            self.alert = self.alert.screened()
            self.heard.screener_finished()

    def time(self) -> None:
        self._passes(self.random.choice((1, 3, 6, 20, 61)))

    def sleeps(self) -> None:
        """Nobody does anything, for a night or a weekend; the timers run."""
        self._passes(60 * self.random.choice((3, 9, 60)), step=5)

    def timers_are_down(self) -> None:
        self.now += timedelta(minutes=self.random.choice((2, 30, 600)))
        self.timers(late=True)

    def _passes(self, minutes: int, *, step: int = 1) -> None:
        for _ in range(0, minutes, step):
            until = self.now + timedelta(minutes=step)
            before = None
            while self.alert is not before and self.alert is not None and self._due_by(until):
                before = self.alert
                self.now = max(self.now, before.due_at or self.now)
                self.timers(once=True)
            self.now = until
            self.timers()

    def _due_by(self, until: datetime) -> bool:
        return self.alert is not None and self.alert.due_at is not None and self.alert.due_at <= until

    def timers(self, *, once: bool = False, late: bool = False) -> None:
        """What `timers` and the request that saved an answer do: ask whoever is due."""
        while self.alert is not None:
            before = self.alert
            chain = ROTA.chain_at(self.now)
            self.alert = before.asked_next(chain, LASTING, now=self.now)
            if self.alert is before:
                break
            self.pages += 1
            asked = None if self.alert.all_asked else self.alert.paged[-1]
            self.heard.asks(asked, self.now, first_on_call=chain[0])
        if not once:
            self.heard.timers_ran(self.now, late=late)


def week(seed: int) -> AnyAlarm:
    lived = AnyAlarm(seed)
    lived.goes_on(80)
    return lived
