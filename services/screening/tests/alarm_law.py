"""What is owed to an alarming answer, written a second time: plainly, from the screening design, on nothing but what
was said and who did what when.

It knows no alert and no policy. `Heard` is told everything as it happens; `broken` names each promise that was not
kept. Numbers: who has a page answers a high one in 5 minutes and any other within the hour; an exhausted chain starts
over after 15; who took an alert on speaks to the patient in 2 hours, a day or three; a sitting is an hour.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LEVELS = ("low", "moderate", "high")
CONTACT = {"low": 72 * HOUR, "moderate": 24 * HOUR, "high": 2 * HOUR}


@dataclass(slots=True)
class Owed:
    """Somebody hears of what was said, `by` then; `spared` by a finished screener it waits for the day's review."""

    said_at: datetime
    by: datetime
    review: datetime


@dataclass(slots=True)
class Heard:
    """One patient's alarms. `asked` are the people of this round, `asked_at` when the last of them was, `taken_at` when
    somebody took the alert on, `spoken_at` when the patient was spoken to.
    """

    zone: ZoneInfo
    open: bool = False
    level: str = "low"
    owed: list[Owed] = field(default_factory=list)
    said: dict[tuple[str, str], datetime] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    asked_at: datetime | None = None
    taken_at: datetime | None = None
    contact_due: datetime | None = None
    spoken_at: datetime | None = None
    only_screener: bool = True
    broken: list[str] = field(default_factory=list)

    def says(self, level: str, kind: str, ref: str, now: datetime) -> None:
        """An alarming answer of this level: `crisis`, `hour`, `sitting` or `review` is how fast somebody is to hear."""
        before = self.said.get((kind, ref)) if self.open else None
        rises = not self.open or LEVELS.index(level) > LEVELS.index(self.level)
        if not self.open:
            self.open, self.level, self.said, self.only_screener = True, level, {}, True
        if before is not None and now - before < HOUR and not rises:
            return
        self.said[kind, ref] = now
        self.only_screener = self.only_screener and kind in ("sitting", "review")
        if rises:
            self.level, self.asked, self.asked_at = level, [], None
            self.taken_at = self.contact_due = None
        review = self._end_of_day(now)
        by = {"crisis": now, "hour": now, "sitting": now + 15 * MINUTE, "review": review}[kind]
        if kind == "sitting" and not self._clinic_is_open(now):
            by, review = now, now + HOUR
        if self.taken_at is not None and not self._spoken and self.contact_due is not None:
            by = max(by, self.contact_due)
        elif self.asked_at is not None and self.taken_at is None:
            by = max(by, self.asked_at + HOUR)
        self.owed.append(Owed(now, by, max(by, review)))

    def screener_finished(self) -> None:
        """In the same sitting, before anybody was asked, and nothing else was said: the review of the day is enough."""
        if self.open and self.taken_at is None and not self.asked and self.only_screener:
            for each in self.owed:
                each.by = each.review

    def asks(self, person: str | None, now: datetime, *, first_on_call: str) -> None:
        """Somebody is paged; None: everybody is, the chain is exhausted. Each round begins with the first on call, and
        what is graver than all before begins one.
        """
        if not self.open:
            self.broken.append("asked after it was closed")
        if self.taken_at is not None:
            due = [each.by for each in self.owed] + ([self.contact_due] if self.contact_due else [])
            if not any(at <= now for at in due):
                self.broken.append("asked though somebody has it and nothing is due")
            self.taken_at, self.contact_due, self.asked = None, None, []
        if not self.asked and person != first_on_call:
            self.broken.append("a round did not begin with the first on call")
        if person is not None and person in self.asked:
            self.broken.append("asked twice in one round")
        self.asked = [*self.asked, person] if person is not None else []
        self._answered(now)
        self.asked_at = now

    def takes_on(self, now: datetime) -> None:
        self.taken_at, self.asked = now, []
        self.contact_due = now + CONTACT[self.level]
        self._answered(now)

    def speaks(self, plan: bool, now: datetime) -> None:
        self.spoken_at = now
        self.contact_due = now + (24 * HOUR if plan or self.level != "high" else CONTACT["high"])
        self._answered(now)

    def closes(self) -> None:
        self.open, self.owed, self.asked, self.asked_at = False, [], [], None
        self.taken_at = self.contact_due = None
        self.spoken_at = None

    def timers_ran(self, now: datetime, *, late: bool) -> None:
        """Everything that was due by now was done; `late` where the timers were down."""
        for each in list(self.owed):
            if each.by <= now:
                self.broken.append("an alarming answer went unheard")
                self.owed.remove(each)
        if not self.open or late:
            return
        if self.taken_at is None and self.asked_at is not None and now - self.asked_at > self._patience:
            self.broken.append("nobody has it and nobody is asked")
        if self.contact_due is not None and self.contact_due < now:
            self.broken.append("taken on and forgotten")

    @property
    def _spoken(self) -> bool:
        """Since somebody took it on; in the same instant rather once too often than not heard."""
        return self.spoken_at is not None and self.taken_at is not None and self.spoken_at >= self.taken_at

    @property
    def _patience(self) -> timedelta:
        return 15 * MINUTE if self.level == "high" else HOUR

    def _answered(self, now: datetime) -> None:
        self.owed = [each for each in self.owed if each.said_at > now]

    def _clinic_is_open(self, now: datetime) -> bool:
        local = now.astimezone(self.zone)
        return local.weekday() < 5 and time(9) <= local.time() < time(18)

    def _end_of_day(self, now: datetime) -> datetime:
        day = now.astimezone(self.zone).date()
        while day.weekday() >= 5 or datetime.combine(day, time(18), self.zone) <= now:
            day += timedelta(days=1)
        return datetime.combine(day, time(18), self.zone)
