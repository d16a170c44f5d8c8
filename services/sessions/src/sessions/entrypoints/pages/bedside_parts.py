"""What may be done at the bedside as a team looks for it: in parts, what is pressing first."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from sessions.domain.sessions import Session
from sessions.entrypoints.pages.bedside_form import BedsideForm


class Part(StrEnum):
    """What belongs together at a bedside."""

    HERE = "here"
    BEFORE = "before"
    DOSE = "dose"
    COURSE = "course"
    WATCH = "watch"
    MEDICINES = "medicines"
    OTHERWISE = "otherwise"
    MENDING = "mending"


PARTS: Final[Mapping[Part, tuple[str, ...]]] = {
    Part.HERE: ("arrive", "join", "leave"),
    Part.BEFORE: (
        *("identity", "questions", "escort", "baseline", "program", "verify"),
        *("order", "attest", "sign", "clearing"),
    ),
    Part.DOSE: ("draw", "dose", "pump", "dose-ended", "waste", "witness"),
    Part.COURSE: ("start", "discharge", "complete", "how-held", "return"),
    Part.WATCH: ("vitals", "adverse-event"),
    Part.MEDICINES: (
        *("give-medicine", "draw-medicine", "withhold-medicine", "medicine-effect"),
        *("medicine-order", "verbal-order", "answer-order"),
    ),
    Part.OTHERWISE: (
        *("dose-stopped", "dose-ended-before", "dose-outside", "review-dose"),
        *("medicine-outside", "review-medicine", "therapy-otherwise", "review-therapy"),
        *("refuse", "convert", "coordination", "abort", "returned-before"),
    ),
    Part.MENDING: (
        "correct-vitals",
        "correct-checks",
        "correct-dose",
        "correct-medicine",
        "correct-order",
        "correct-leaving",
    ),
}
"""Every form by its name, in the order a team goes through them."""

ASIDE: Final = frozenset({Part.OTHERWISE, Part.MENDING})
"""What nobody is meant to press in passing."""

_WATCHED_FIRST: Final = (
    Part.WATCH,
    Part.DOSE,
    Part.MEDICINES,
    Part.COURSE,
    Part.HERE,
    Part.BEFORE,
    Part.OTHERWISE,
    Part.MENDING,
)


def in_parts(offered: Sequence[BedsideForm], session: Session) -> Sequence[tuple[Part, Sequence[BedsideForm]]]:
    """What is offered, by part; whoever lies there under a drug is watched before anything else is done."""
    by_name = {form.name: form for form in offered}
    order = _WATCHED_FIRST if session.patient_watched else tuple(Part)
    parts = ((part, [by_name[name] for name in PARTS[part] if name in by_name]) for part in order)
    return [(part, forms) for part, forms in parts if forms]
