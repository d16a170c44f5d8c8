"""A clearance: what it says when granted, warned, expired, suspended, reinstated, extended and revoked."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careflow_domain.errors import DomainError
from screening.domain.clearance import Clearance, ClearanceExpiring, ClearanceGranted, ClearanceState
from screening.domain.clearance_terms import ClearanceTerms, Decision
from screening.domain.ids import CaseId, ClearanceId, EvidenceId
from screening.domain.rules import Finding, FindingClass
from screening.domain.suspensions import Suspension, SuspensionReason
from services.screening.tests.builders import ANA, NOW, PRESCRIBER, days, minutes, new_uuid

FRESH_LAB = (EvidenceId("fresh-lab"),)


def clearance(
    *, lasts: float = 90, conditions: tuple[str, ...] = (), accepted: dict[str, str] | None = None
) -> Clearance:
    terms = ClearanceTerms(
        indications=("treatment_resistant_depression",),
        conditions=conditions,
        excluded_routes=(),
        allergies=(),
        interaction_flags=(),
    )
    decision = Decision(
        decided_by=PRESCRIBER,
        decided_at=NOW,
        policy_version="2026-11-23",
        findings=(),
        accepted=accepted or {},
        evidence_ids=(),
        terms=terms,
    )
    return Clearance.granted(
        ClearanceId(new_uuid()),
        CaseId(new_uuid()),
        ANA,
        decision,
        valid_until=NOW + days(lasts),
        warn_days_before=(14, 7, 2),
        supersedes=None,
    )


def lived_through(cleared: Clearance, *, until: datetime) -> Clearance:
    """Every deadline fired when it was due, as `timers` does."""
    while cleared.due_at is not None and cleared.due_at <= until:
        cleared = cleared.passed_deadline(now=cleared.due_at)
    return cleared


def said(cleared: Clearance) -> list[str | int]:
    """The warnings (days left) and endings it has published, in order."""
    return [
        fact.days_left if isinstance(fact, ClearanceExpiring) else type(fact).__name__
        for fact in cleared.facts
        if not isinstance(fact, ClearanceGranted)
    ]


def suspension(ref: str, *grounds: str) -> Suspension:
    return Suspension(
        reason=SuspensionReason.CLINICAL,
        ref=ref,
        since=NOW + days(1),
        fine_reason=", ".join(grounds),
        grounds=frozenset(grounds),
    )


def suspended(cleared: Clearance, ref: str = "IX-MAOI") -> Clearance:
    return cleared.suspended(suspension(ref, "phenelzine"))


def reinstated(cleared: Clearance, ref: str = "IX-MAOI", why: str = "stopped two weeks ago") -> Clearance:
    return cleared.reinstated(SuspensionReason.CLINICAL, ref, why, now=NOW + days(2))


def test_it_is_valid_until_its_end_and_not_at_it() -> None:
    cleared = clearance(lasts=10)
    assert cleared.valid_at(NOW)
    assert cleared.valid_at(NOW + days(10) - minutes(1))
    assert not cleared.valid_at(NOW + days(10))


def test_conditions_make_it_conditional() -> None:
    assert clearance(conditions=("blood pressure diary",)).conditional
    assert not clearance().conditional


def test_it_warns_at_14_7_and_2_days_and_then_expires_once() -> None:
    ended = lived_through(clearance(), until=NOW + days(400))
    assert said(ended) == [14, 7, 2, "ClearanceExpired"]
    assert (ended.state, ended.due_at) == (ClearanceState.EXPIRED, None)


@pytest.mark.parametrize(("lasts", "warnings"), [(14, [7, 2]), (10, [7, 2]), (7, [2]), (1, [])])
def test_a_short_clearance_warns_only_of_what_is_still_ahead(lasts: float, warnings: list[int]) -> None:
    assert said(lived_through(clearance(lasts=lasts), until=NOW + days(400))) == [*warnings, "ClearanceExpired"]


@pytest.mark.parametrize(("days_later", "says"), [(76, [14]), (84, [7]), (89, [2]), (90, ["ClearanceExpired"])])
def test_late_by_several_deadlines_it_says_only_what_is_still_true(days_later: float, says: list[str | int]) -> None:
    assert said(clearance().passed_deadline(now=NOW + days(days_later))) == says


@given(st.lists(st.floats(min_value=0, max_value=120), max_size=8).map(sorted))
def test_however_irregularly_time_passes_nothing_is_said_twice(moments: list[float]) -> None:
    cleared = clearance()
    for moment in moments:
        cleared = cleared.passed_deadline(now=NOW + days(moment))
    assert len(said(cleared)) == len(set(said(cleared)))
    assert ("ClearanceExpired" in said(cleared)) == any(moment >= 90 for moment in moments)


def test_a_deadline_that_is_not_due_changes_nothing() -> None:
    cleared = clearance()
    assert cleared.passed_deadline(now=NOW + days(75)) is cleared


def test_suspended_it_is_not_valid_and_still_expires() -> None:
    waiting = suspended(clearance())
    assert not waiting.valid_at(NOW + days(1))
    assert lived_through(waiting, until=NOW + days(90)).state is ClearanceState.EXPIRED


def test_the_same_suspension_again_changes_nothing() -> None:
    once = suspended(clearance())
    assert suspended(once) is once


def test_only_the_last_of_several_suspensions_reinstates() -> None:
    twice = suspended(suspended(clearance()), ref="CI-08")
    once = reinstated(twice)
    assert (said(once).count("ClearanceReinstated"), once.valid_at(NOW + days(2))) == (0, False)
    free = reinstated(once, ref="CI-08")
    assert (said(free).count("ClearanceReinstated"), free.valid_at(NOW + days(2))) == (1, True)


def test_the_same_suspension_for_something_more_must_be_seen_before_it_is_ended() -> None:
    once = clearance().suspended(suspension("IX-OPIOID", "tramadol"))
    more = once.suspended(suspension("IX-OPIOID", "fentanyl", "tramadol"))
    assert more.version == once.version + 1
    (both,) = more.suspensions
    assert both.fine_reason == "fentanyl, tramadol"
    assert said(more) == ["ClearanceSuspended"]


def finding(rule: str, finding_class: FindingClass, *grounds: str) -> Finding:
    return Finding(
        rule=rule,
        finding_class=finding_class,
        because=grounds,
        refs=(),
        grounds=frozenset(grounds or {"one"}),
        basis="-",
        resolved_by="-",
    )


def test_a_signature_accepts_a_finding_on_its_facts_and_not_the_rule() -> None:
    signed = clearance().accepting(finding("IX-OPIOID", FindingClass.B, "tramadol"), "three days after the tooth")
    more = finding("IX-OPIOID", FindingClass.B, "fentanyl", "tramadol")
    assert signed.uncovered([finding("IX-OPIOID", FindingClass.B, "tramadol")]) == ()
    assert signed.uncovered([more]) == (more,)
    assert signed.decision.unsigned(more) == {"fentanyl"}
    worse = finding("IX-OPIOID", FindingClass.A, "tramadol")
    assert signed.decision.unsigned(worse) == worse.grounds


def test_a_rule_signed_without_a_finding_covers_nothing_later() -> None:
    ahead = clearance(accepted={"IX-OPIOID": "whatever comes"})
    later = finding("IX-OPIOID", FindingClass.B, "fentanyl")
    assert ahead.uncovered([later]) == (later,)


@pytest.mark.parametrize(
    ("now_found", "covered"),
    [
        (FindingClass.INFO, True),
        (FindingClass.C, True),
        (FindingClass.B, False),
        (FindingClass.A, False),
    ],
)
def test_a_signature_covers_a_finding_until_it_gets_worse(now_found: FindingClass, covered: bool) -> None:
    signed = clearance().accepting(finding("CI-04", FindingClass.C), "blood pressure diary")
    assert signed.decision.accepted == {"CI-04": "blood pressure diary"}
    assert (signed.uncovered([finding("CI-04", now_found)]) == ()) == covered


def test_no_signature_covers_class_a_nor_a_rule_never_signed() -> None:
    severe, new = finding("CI-08", FindingClass.A), finding("IX-MAOI", FindingClass.B)
    signed = clearance().accepting(severe, "signed")
    assert signed.uncovered([severe, new]) == (severe, new)


def test_reinstating_needs_a_suspension_and_a_reason() -> None:
    with pytest.raises(DomainError) as refused:
        reinstated(clearance())
    assert refused.value.code == "suspension_not_found"
    with pytest.raises(DomainError) as refused:
        reinstated(suspended(clearance()), why=" ")
    assert refused.value.code == "reason_missing"


def test_fresh_evidence_extends_it_and_the_warnings_start_again() -> None:
    warned = lived_through(clearance(lasts=30), until=NOW + days(24))
    extended = warned.extended(NOW + days(90), FRESH_LAB, now=NOW + days(24))
    assert extended.valid_until == NOW + days(90)
    assert said(lived_through(extended, until=NOW + days(400))) == [
        14,
        7,
        "ClearanceExtended",
        14,
        7,
        2,
        "ClearanceExpired",
    ]


def test_fresh_evidence_brings_an_expired_one_back() -> None:
    expired = lived_through(clearance(lasts=30), until=NOW + days(40))
    back = expired.extended(NOW + days(90), FRESH_LAB, now=NOW + days(40))
    assert back.valid_at(NOW + days(40))


@pytest.mark.parametrize("until", [NOW + days(30), NOW + days(29)])
def test_an_extension_that_is_none_is_refused(until: datetime) -> None:
    with pytest.raises(DomainError) as refused:
        clearance(lasts=30).extended(until, FRESH_LAB, now=NOW)
    assert refused.value.code == "nothing_to_extend"


def test_revoked_it_takes_nothing_more() -> None:
    revoked = clearance().revoked(PRESCRIBER, "moved to another clinic", now=NOW)
    assert revoked.due_at is None
    changes: tuple[Callable[[], Clearance], ...] = (
        lambda: suspended(revoked),
        lambda: reinstated(revoked),
        lambda: revoked.extended(NOW + days(200), FRESH_LAB, now=NOW),
        lambda: revoked.revoked(PRESCRIBER, "again", now=NOW),
    )
    for change in changes:
        with pytest.raises(DomainError) as refused:
            change()
        assert refused.value.code == "clearance_ended"
    assert revoked.passed_deadline(now=NOW + days(400)) is revoked


def test_superseded_it_never_warns_nor_expires() -> None:
    superseded = clearance().superseded(PRESCRIBER)
    assert said(lived_through(superseded, until=NOW + days(400))) == []
