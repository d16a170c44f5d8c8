"""How each text stands that a patient is asked to sign: signed, missing, ending.

Invariant: what somebody took back is not asked for again; they may sign it whenever they want.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sessions.domain.consent_texts import ConsentDocument, ConsentTexts
from sessions.domain.consents import Consent, ConsentCategory, ConsentState
from sessions.domain.plans import Plan, PlanState
from sessions.domain.words import Route


class Standing(StrEnum):
    """`other_text`: what was signed is not the text of now. `ending`: it counts, and soon it does not."""

    SIGNED = "signed"
    ENDING = "ending"
    OTHER_TEXT = "other_text"
    MISSING = "missing"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


COUNTS = frozenset({Standing.SIGNED, Standing.ENDING})
NOT_ASKED = frozenset({Standing.SIGNED, Standing.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A text in force, and the patient's newest consent to what it is about."""

    document: ConsentDocument
    consent: Consent | None = field(repr=False)
    standing: Standing

    @property
    def asked(self) -> bool:
        """Whether the patient is to sign it, which they do by themselves but on paper."""
        return self.standing not in NOT_ASKED and not self.document.on_paper

    @property
    def counts(self) -> bool:
        """Whether what the patient signed is the text of now, and counts."""
        return self.standing in COUNTS

    @property
    def lacking(self) -> bool:
        """Whether care may wait for it: one that is signed on paper is the patient's own wish."""
        return not self.counts and not self.document.on_paper


def routes_meant(plans: Iterable[Plan]) -> frozenset[Route]:
    """By which routes a patient is to be treated: those of plans that are being made, or go on."""
    live = (PlanState.DRAFT, PlanState.ACTIVE, PlanState.ON_HOLD)
    return frozenset(each.terms.route for each in plans if each.state in live)


def papers(
    texts: ConsentTexts, consents: Sequence[Consent], routes: Collection[Route], *, ending: timedelta, now: datetime
) -> tuple[Paper, ...]:
    """Everything a patient with these consents is asked to sign, or has signed; consent to treatment by `routes` and by
    what they once agreed to. `ending` is how long before its end it is asked for anew.
    """
    by_route = {each.text.route for each in consents if each.category is ConsentCategory.TREATMENT}
    found = (_paper(each, consents, ending, now) for each in texts.in_force)
    shown = {*routes, *by_route}
    return tuple(each for each in found if each.document.route is None or each.document.route in shown)


def without_text(texts: ConsentTexts, routes: Collection[Route]) -> tuple[Route, ...]:
    """By which of these routes nobody can consent to be treated, for the clinic has no text of it."""
    return tuple(sorted(each for each in routes if texts.treatment(each) is None))


def anything_lacking(
    texts: ConsentTexts, consents: Sequence[Consent], plans: Iterable[Plan], ending: timedelta, *, now: datetime
) -> bool:
    """Whether something is not signed that care may wait for."""
    return any(each.lacking for each in papers(texts, consents, routes_meant(plans), ending=ending, now=now))


def _paper(document: ConsentDocument, consents: Sequence[Consent], ending: timedelta, now: datetime) -> Paper:
    about = [each for each in consents if (each.category, each.text.route) == document.about]
    newest = max(about, key=lambda each: (each.signed_at, each.id), default=None)
    return Paper(document=document, consent=newest, standing=_standing(document, newest, ending, now))


def _standing(document: ConsentDocument, newest: Consent | None, ending: timedelta, now: datetime) -> Standing:
    if newest is None:
        return Standing.MISSING
    if newest.state is ConsentState.WITHDRAWN:
        return Standing.WITHDRAWN
    if not newest.valid_at(now):
        return Standing.EXPIRED
    if not document.is_of(newest.text):
        return Standing.OTHER_TEXT
    return Standing.ENDING if newest.valid_until - now <= ending else Standing.SIGNED
