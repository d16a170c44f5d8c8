"""An endpoint of an integrator, and what it is told: whose, where, what of, since when, with which secrets.

Invariants: an endpoint belongs to the account that made it and to nobody else; it is told of no class of events that
its account might not read in the feed when it last came, and nothing once it has not come for some days; a secret that
was replaced counts for a while beside the new one and no longer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, not_found
from careflow_events.feed import FeedPlace, Wanted
from careflow_events.topics import Classification, Topic

NOTED_AGAIN_AFTER: Final = timedelta(hours=12)
"""That an account came is written down so often at most."""


class State(StrEnum):
    """Whether it is told anything."""

    ACTIVE = "active"
    PAUSED = "paused"
    """By its account; it goes on where it was."""
    DISABLED = "disabled"
    """For a reason; it goes on where it was once it is resumed."""
    DELETED = "deleted"


class Why(StrEnum):
    """Why an endpoint is disabled."""

    FAILING = "failing"
    """It took nothing for days."""
    GONE = "gone"
    """It answered 410."""
    NOT_GRANTED = "not_granted"
    """Its account came without a role that it needs; it goes on once its account comes with all of them."""
    UNCONFIRMED = "unconfirmed"
    """Its account has not come for so long that nobody knows whether it may still read this; likewise."""
    OPERATOR = "operator"
    """An operator of the clinic said so; only they resume it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What deliveries are signed with; `until` when, once another took over."""

    value: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How it does. `failing_since`: it took nothing since, though it was offered something. `in_a_row`: streams that
    failed since it took something; after several it rests, for the `rests`th time in a row.
    """

    failing_since: datetime | None = None
    in_a_row: tuple[str, ...] = ()
    rests: int = 0
    rests_until: datetime | None = None

    def failed(self, stream: str, now: datetime) -> Health:
        in_a_row = self.in_a_row if stream in self.in_a_row else (*self.in_a_row, stream)
        return replace(self, in_a_row=in_a_row, failing_since=self.failing_since or now)

    def resting(self, rest: timedelta, now: datetime) -> Health:
        return replace(self, rests=self.rests + 1, rests_until=now + rest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Events of the past that are told again, beside those that are new: behind `place`, up to `through`."""

    id: str
    place: FeedPlace
    through: FeedPlace
    attempts: int = 0
    attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Aggregate):
    """`types` are those it is told of; all of its `classes` without any. `consumer` is under which name sections are
    sealed to it. What lies before `place` was delivered, or is waited with in a held stream.
    """

    id: str
    account: str
    consumer: str | None
    url: str
    description: str
    types: tuple[str, ...]
    classes: tuple[Classification, ...]
    secrets: tuple[Secret, ...]
    made_at: datetime
    confirmed_at: datetime | None = None
    """When its account last came with all the roles it needs, where that was after it was made."""
    place: FeedPlace
    state: State = State.ACTIVE
    why: Why | None = None
    state_since: datetime
    health: Health = Health()
    test: str | None = None
    """The id of a test delivery that was asked for and not yet sent."""
    replay: Replay | None = None

    @property
    def is_active(self) -> bool:
        return self.state is State.ACTIVE

    def confirm_by(self, lasts: timedelta) -> datetime:
        """Until when its account has to come again; `lasts`: how long its coming counts."""
        return (self.confirmed_at or self.made_at) + lasts

    def confirmed(self, granted: Collection[Classification], now: datetime) -> Endpoint:
        """As its account leaves it, which came and may read these classes. What had ended for want of that goes on."""
        if not set(self.classes) <= set(granted):
            told = self.is_active or self.state is State.PAUSED
            return self.disabled(Why.NOT_GRANTED, now) if told else self
        if self.why in (Why.NOT_GRANTED, Why.UNCONFIRMED):
            return replace(self.resumed(now), confirmed_at=now)
        if now - (self.confirmed_at or self.made_at) < NOTED_AGAIN_AFTER:
            return self
        return replace(self.recording(), confirmed_at=now)

    def wanted(self, topics: Iterable[Topic]) -> Wanted:
        """What it is told of what this service writes to `topics`."""
        own = frozenset(topic.name for topic in topics if topic.classification in self.classes)
        return Wanted(own, frozenset(self.types))

    def signs_with(self, now: datetime) -> Sequence[str]:
        """The secrets that count, the newest first."""
        return [each.value for each in self.secrets if each.until is None or each.until > now]

    def changed(
        self,
        *,
        url: str,
        description: str,
        types: Sequence[str],
        classes: Sequence[Classification],
        consumer: str | None,
        now: datetime,
    ) -> Endpoint:
        """Told of other things, or elsewhere, from now on."""
        return replace(
            self.recording(),
            url=url,
            description=description,
            types=tuple(types),
            classes=tuple(classes),
            consumer=consumer,
            confirmed_at=now,
            health=Health(),
        )

    def paused(self, now: datetime) -> Endpoint:
        """Told nothing until it is resumed."""
        if self.state is not State.ACTIVE:
            return self
        return replace(self.recording(), state=State.PAUSED, state_since=now)

    def resumed(self, now: datetime, *, by_operator: bool = False) -> Endpoint:
        """Told again, from where it was; what failed is due at once. Raises `webhook_disabled_by_operator`."""
        if self.why is Why.OPERATOR and not by_operator:
            raise conflict("webhook_disabled_by_operator", "The clinic has disabled this webhook; ask its operators.")
        since = self.state_since if self.is_active else now
        return replace(self.recording(), state=State.ACTIVE, why=None, state_since=since, health=Health())

    def disabled(self, why: Why, now: datetime) -> Endpoint:
        """Told nothing until it is resumed, for this reason."""
        return replace(self.recording(), state=State.DISABLED, why=why, state_since=now)

    def deleted(self, now: datetime) -> Endpoint:
        """Told nothing ever again; where it was and its secrets are forgotten."""
        gone = replace(self.recording(), state=State.DELETED, state_since=now, why=None, test=None, replay=None)
        return replace(gone, url="", description="", secrets=(), consumer=None)

    def rotated(self, secret: str, now: datetime, *, old_counts: timedelta) -> Endpoint:
        """Signed with a new secret, and with the one before for a while."""
        until = now + old_counts
        before = [
            each if each.until is not None else replace(each, until=until)
            for each in self.secrets
            if each.until is None or each.until > now
        ]
        return replace(self.recording(), secrets=(Secret(value=secret), *before))

    def asked_for_test(self, id: str) -> Endpoint:  # noqa: A002 - the delivery's own word
        """A test delivery is sent next, whatever the state."""
        return replace(self.recording(), test=id)

    def asked_to_replay(self, replay: Replay) -> Endpoint:
        """Told once more what lies in the range. Raises `replay_in_progress`."""
        if self.replay is not None:
            raise conflict("replay_in_progress", "Another range is being replayed to this webhook.")
        return replace(self.recording(), replay=replay)

    def check_account(self, account: str) -> None:
        """Raises `webhook_not_found` for anybody else's, and where it was deleted."""
        if self.account != account or self.state is State.DELETED:
            raise not_found("webhook")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldStream(Aggregate):
    """A stream of which an endpoint did not take an event, or was not asked in time: it is told nothing of it but that
    event, the first behind `place`, and after it what follows, up to the endpoint's own place. `attempts` were made at
    that event; the next is at `attempt_at`, None where nothing is held any more.
    """

    id: str
    endpoint: str
    topic: str
    subject: str
    place: FeedPlace
    since: datetime
    attempts: int = 0
    attempt_at: datetime | None

    @property
    def stream(self) -> str:
        return f"{self.topic}/{self.subject}"

    @staticmethod
    def id_of(endpoint: str, stream: str) -> str:
        """An endpoint has one for each stream."""
        return f"{endpoint}|{stream}"

    def moved(self, place: FeedPlace, attempts: int, attempt_at: datetime | None) -> HeldStream:
        """As an attempt has left it."""
        return replace(self.recording(), place=place, attempts=attempts, attempt_at=attempt_at)
