"""The mark of a dose that was given while the dose gate was closed, or as no order has it."""

from dataclasses import dataclass, field

from sessions.domain.ids import OutsideDoseId
from sessions.domain.marks import Mark
from sessions.domain.words import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideGate(Mark):
    """`closed` are the items of the gate that stood in the way by what had been written down when the dose was given,
    `closed_later` those that did when it was written down; `off_order`: no order has this dose by this route.
    `before_start` is why it was given before the session began.
    """

    id: OutsideDoseId
    route: Route = field(repr=False)
    before_start: str | None = field(default=None, repr=False)
    closed: tuple[str, ...] = ()
    closed_later: tuple[str, ...] = ()
    off_order: bool = False
