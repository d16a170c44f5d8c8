"""How what a patient is asked to sign stands: signed, missing, ending, taken back, in another version."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.sessions.tests.builders import NOW, TEXTS, days
from services.sessions.tests.course_builders import consent, plan
from sessions.domain.consent_texts import ConsentTexts
from sessions.domain.consents import Consent
from sessions.domain.papers import Paper, Standing, anything_lacking, papers, routes_meant, without_text
from sessions.domain.plans import PlanChangeReason
from sessions.domain.words import Route

ENDING = timedelta(days=14)
UNTIL = NOW + days(365)
"""Until when `consent()` counts."""


def treatment(*consents: Consent, now: datetime = NOW) -> Paper:
    """Consent to an infusion, as it stands then."""
    found = papers(TEXTS, consents, {Route.INTRAVENOUS}, ending=ENDING, now=now)
    return next(each for each in found if each.document.route is Route.INTRAVENOUS)


def standing(*consents: Consent, now: datetime = NOW) -> tuple[Standing, bool, bool]:
    """How it stands, whether the patient is asked for it, whether care may wait for it."""
    paper = treatment(*consents, now=now)
    return paper.standing, paper.asked, paper.lacking


@pytest.mark.parametrize(
    ("consents", "now", "stands"),
    [
        ((), NOW, (Standing.MISSING, True, True)),
        ((consent(),), NOW, (Standing.SIGNED, False, False)),
        ((consent(),), UNTIL - ENDING - timedelta(seconds=1), (Standing.SIGNED, False, False)),
        ((consent(),), UNTIL - ENDING, (Standing.ENDING, True, False)),
        ((consent(),), UNTIL, (Standing.EXPIRED, True, True)),
        ((consent(version="2026-10"),), NOW, (Standing.OTHER_TEXT, True, True)),
        ((consent(words="0" * 64),), NOW, (Standing.OTHER_TEXT, True, True)),
        ((consent().withdrawn(now=NOW),), NOW, (Standing.WITHDRAWN, False, True)),
        ((consent().withdrawn(now=NOW), replace(consent(), signed_at=NOW)), NOW, (Standing.SIGNED, False, False)),
        ((consent(route=Route.ORAL),), NOW, (Standing.MISSING, True, True)),
    ],
)
def test_how_it_stands(consents: tuple[Consent, ...], now: datetime, stands: tuple[Standing, bool, bool]) -> None:
    assert standing(*consents, now=now) == stands


def test_what_is_signed_on_paper_is_neither_asked_for_nor_waited_for() -> None:
    (release,) = [each for each in papers(TEXTS, (), (), ending=ENDING, now=NOW) if each.document.on_paper]
    assert (release.asked, release.lacking) == (False, False)


def test_consent_to_treatment_is_asked_for_by_the_routes_of_plans_that_are_made_or_go_on() -> None:
    ended = plan(route=Route.ORAL).discontinued(PlanChangeReason.OTHER, now=NOW)
    assert routes_meant([plan(), ended]) == {Route.INTRAVENOUS}
    asked = papers(TEXTS, (), routes_meant([plan(), ended]), ending=ENDING, now=NOW)
    assert {each.document.route for each in asked} == {None, Route.INTRAVENOUS}
    assert anything_lacking(TEXTS, (consent(),), [plan()], ENDING, now=NOW), "the packet"


def test_a_route_without_a_text_is_named() -> None:
    texts = ConsentTexts.of([each for each in TEXTS.kept if each.route is not Route.ORAL])
    assert without_text(texts, {Route.ORAL, Route.INTRAVENOUS}) == (Route.ORAL,)
