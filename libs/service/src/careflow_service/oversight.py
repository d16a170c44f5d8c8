"""What is seen to of every call: that somebody asked whose it is, and that what was read of a patient is written down.

Invariant: a patient is answered, and what they asked for commits, only after `check_own` was asked; a read of patients'
data is answered only after its audit entry is there, one for all that the call shows to somebody, whatever read it.
Forgetting either is a fault of ours and answered as one. No driver is imported here, so a service's application layer
may import this module.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from careflow_domain.errors import forbidden, not_found
from careflow_service.identity import Actor, Role


class NotSeenTo(Exception):
    """Nobody asked whose it is, or wrote down what was read: a mistake in the service."""


@dataclass(frozen=True, slots=True)
class InEmergency:
    """Under which emergency access a call reads, by its name ("_emergency_accesses/<id>"), of which patient and until
    when.
    """

    access: str
    patient_id: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer shows ("cases/<id>"), to whom, and what was done to show it: words with spaces between them where
    that was more than one thing.
    """

    actor: Actor
    action: str
    what: tuple[str, ...]


@dataclass(slots=True)
class Oversight:
    """One call: what must be seen to before it is answered, and what has been. `gathers` while what is read is kept for
    the one entry that whoever answers has written.
    """

    asks_whose: bool
    is_audited: bool
    gathers: bool = False
    asked: bool = False
    audited: bool = False
    in_emergency: InEmergency | None = None
    refused: list[str] = field(default_factory=list)
    """Whose it was when it was not the caller's own."""
    whose: dict[str, str] = field(default_factory=dict)
    """Whose each thing is that was loaded for this call, by its name ("cases/<id>")."""
    shown: dict[str, Shown] = field(default_factory=dict)
    """What the answer shows to each who reads it, by their id: a colleague may stand beside whoever is logged in."""

    def confirm_asked(self) -> None:
        """Raises NotSeenTo."""
        if self.asks_whose and not self.asked:
            raise NotSeenTo("nobody asked whose it is")

    def confirm(self) -> None:
        """Raises NotSeenTo."""
        self.confirm_asked()
        if self.is_audited and not self.audited:
            raise NotSeenTo("a read of a patient's data was not audited")
        if self.in_emergency is not None and self._strangers(()):
            raise NotSeenTo("more was read in an emergency than it is about")

    def shows(self, also: Shown) -> None:
        """The answer shows this, too. In which order it was read says nothing: much is read side by side."""
        if not also.what:
            return
        before = self.shown.get(also.actor.id)
        if before is not None:
            actions = sorted({*before.action.split(), *also.action.split()})
            also = Shown(before.actor, " ".join(actions), tuple(dict.fromkeys((*before.what, *also.what))))
        self.shown[also.actor.id] = also

    def gathered(self) -> Collection[Shown]:
        """What is written down of the call before it is answered, one for each who reads. What is read from now on is
        written down by itself.
        """
        self.gathers = False
        return self.shown.values()

    def named(self, what: Collection[str], whose: Collection[str]) -> Collection[str]:
        """What is written down of a call that shows `what`, which is theirs: in an emergency with whom it is about and
        under which access. Refused there: `emergency_access_elsewhere`.
        """
        if self.in_emergency is None:
            return what
        if self._strangers(whose):
            raise forbidden("emergency_access_elsewhere", "This emergency access is for another patient.")
        return tuple(dict.fromkeys((*what, f"patients/{self.in_emergency.patient_id}", self.in_emergency.access)))

    def _strangers(self, whose: Collection[str]) -> set[str]:
        """Whose else something is that was loaded for this call, or is shown."""
        assert self.in_emergency is not None
        return {*self.whose.values(), *whose} - {self.in_emergency.patient_id}


_call: ContextVar[Oversight | None] = ContextVar("oversight", default=None)


@contextmanager
def overseen(call: Oversight) -> Iterator[None]:
    """What is done within this block is done for this call. The door opens it."""
    token = _call.set(call)
    try:
        yield
    finally:
        _call.reset(token)


def current_oversight() -> Oversight | None:
    """The call being answered, if there is one."""
    return _call.get()


def check_own(actor: Actor, patient_id: str, what: str) -> None:
    """A patient is told of their own things only, and somebody unknown has none: what is another's does not exist for
    them. Refused, also where it does exist: `<what>_not_found`.
    """
    call = current_oversight()
    if call is not None:
        call.asked = True
    if actor.has(Role.PATIENT, Role.PUBLIC) and actor.patient_id != patient_id:
        if call is not None:
            call.refused.append(f"patients/{patient_id}")
        raise not_found(what)
