"""Plans are never signed without therapy around the doses; consents end by withdrawal, by date, or by a newer one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from careflow_domain.errors import DomainError
from services.sessions.tests.builders import (
    ANA,
    CODES,
    NOW,
    PLAN,
    POLICY,
    PRESCRIBER,
    TODAY,
    days,
    minutes,
    new_uuid,
    per_kg,
)
from services.sessions.tests.course_builders import clearance, consent, course, plan, plan_terms, visits
from sessions.domain.consents import IN_PERSON, Consent, ConsentCategory, ConsentState, ConsentText
from sessions.domain.eligibility import ClearanceCopy, ClearanceTerms
from sessions.domain.ids import ConsentId
from sessions.domain.plan_terms import PlanTerms
from sessions.domain.plans import (
    Plan,
    PlanActivated,
    PlanAdjusted,
    PlanChangeReason,
    PlanEnding,
    PlanState,
    completed_induction,
)
from sessions.domain.words import Phase, Route, VisitKind


def signed(
    terms: PlanTerms,
    *,
    cleared: ClearanceCopy | None = None,
    agreed: Consent | None = None,
    ready: bool = True,
    inducted: bool = False,
) -> Plan:
    return Plan.drafted(PLAN, ANA, terms, PRESCRIBER).signed(
        PRESCRIBER,
        clearance=cleared or (clearance() if ready else None),
        consent=agreed or (consent() if ready else None),
        inducted=inducted,
        policy=POLICY,
        codes=CODES,
        now=NOW,
    )


def without(kind: VisitKind) -> PlanTerms:
    terms = plan_terms()
    return replace(terms, visits=tuple(each for each in terms.visits if each.kind is not kind))


def test_a_signed_plan_is_active_and_says_so() -> None:
    active = signed(plan_terms())

    assert (active.state, active.revision) == (PlanState.ACTIVE, 1)
    assert [type(fact) for fact in active.facts] == [PlanActivated]
    assert active.signature is not None
    assert active.signature.policy_version == POLICY.version


@pytest.mark.parametrize(
    ("terms", "missing"),
    [
        (without(VisitKind.PREPARATION), "preparation_visits"),
        (without(VisitKind.INTEGRATION), "integration_visits"),
        (
            replace(
                plan_terms(), visits=(*without(VisitKind.INTEGRATION).visits, visits(VisitKind.INTEGRATION, 5, 60))
            ),
            "integration_visits",
        ),
        (replace(plan_terms(), therapist_id=None), "therapist"),
        (replace(plan_terms(), expected_end=TODAY - days(1)), "expected_end_to_come"),
        (plan_terms(phase=Phase.MAINTENANCE), "completed_induction"),
        (
            replace(
                plan_terms(phase=Phase.MAINTENANCE), induction_elsewhere="six, spring 2026", maintenance_reason=" "
            ),
            "maintenance_reason",
        ),
        (
            replace(
                plan_terms(phase=Phase.MAINTENANCE),
                induction_elsewhere="six, spring 2026",
                expected_end=TODAY + days(184),
            ),
            "maintenance_end_near",
        ),
        (
            replace(plan_terms(), visits=tuple(replace(each, roles=each.roles[:1]) for each in plan_terms().visits)),
            "therapist_in_every_visit",
        ),
        (replace(plan_terms(), stop_rules=()), "stop_rules"),
        (replace(plan_terms(), exit_criteria=()), "exit_criteria"),
        (replace(plan_terms(), goals=()), "goals"),
    ],
)
def test_a_plan_without_therapy_is_not_signed(terms: PlanTerms, missing: str) -> None:
    with pytest.raises(DomainError) as refused:
        signed(terms)

    assert refused.value.code == "plan_incomplete"
    assert refused.value.extra["missing"] == (missing,)


def test_a_maintenance_ends_within_six_months_and_an_induction_when_its_prescriber_says() -> None:
    six_months = replace(
        plan_terms(phase=Phase.MAINTENANCE), induction_elsewhere="six, spring 2026", expected_end=TODAY + days(183)
    )
    assert signed(six_months).state is PlanState.ACTIVE
    assert signed(replace(plan_terms(), expected_end=TODAY + days(400))).state is PlanState.ACTIVE


def test_maintenance_follows_a_course_that_was_prepared() -> None:
    terms = replace(without(VisitKind.PREPARATION), phase=Phase.MAINTENANCE, maintenance_reason="better for weeks")

    assert signed(terms, inducted=True).state is PlanState.ACTIVE


@pytest.mark.parametrize(("given", "completed"), [(5, False), (6, True)])
def test_an_induction_is_completed_by_all_its_doses(given: int, completed: bool) -> None:
    so_far = course(*(NOW - days(40) + days(5) * number for number in range(given)))

    assert completed_induction([plan()], so_far) is completed


def test_an_induction_ended_before_its_last_dose_is_completed_when_the_plan_is() -> None:
    so_far = course(NOW - days(5))

    assert completed_induction([plan().completed(now=NOW)], so_far)
    assert not completed_induction([plan().completed(now=NOW)], course())


def test_maintenance_may_follow_an_induction_that_is_documented_elsewhere() -> None:
    terms = plan_terms(phase=Phase.MAINTENANCE)

    assert signed(replace(terms, induction_elsewhere="six infusions, spring 2026, records received")).revision == 1


@pytest.mark.parametrize(
    ("sign", "code"),
    [
        (lambda: signed(replace(plan_terms(), ceiling=per_kg("1.1"))), "ceiling_above_clinic"),
        (lambda: signed(plan_terms(), ready=False), "clearance_not_valid"),
        (lambda: signed(plan_terms(), cleared=clearance(valid_until=NOW)), "clearance_not_valid"),
        (
            lambda: signed(
                plan_terms(),
                cleared=replace(clearance(), terms=ClearanceTerms(excluded_routes=(Route.INTRAVENOUS,))),
            ),
            "route_excluded",
        ),
        (lambda: signed(plan_terms(), agreed=consent(route=Route.ORAL)), "consent_missing"),
        (lambda: signed(replace(plan_terms(), start=per_kg("0.9"))), "plan_invalid"),
        (lambda: signed(replace(plan_terms(), cadence_days=0)), "plan_invalid"),
        (lambda: signed(plan_terms()).redrafted(plan_terms()), "plan_signed"),
        (lambda: signed(plan_terms()).resumed(PlanChangeReason.CLINICAL, now=NOW), "plan_not_on_hold"),
        (lambda: signed(plan_terms()).completed(now=NOW).completed(now=NOW), "plan_not_active"),
    ],
)
def test_a_plan_refuses(sign: Callable[[], Plan], code: str) -> None:
    with pytest.raises(DomainError, match=code):
        sign()


def test_the_step_into_maintenance_is_a_newer_signed_version_and_there_is_no_way_back() -> None:
    six_doses = course(*(NOW - days(40) + days(5) * number for number in range(6)))

    def adjusted(of: Plan, phase: Phase) -> Plan:
        terms = plan_terms(phase=phase)
        return of.adjusted(
            terms,
            PRESCRIBER,
            clearance=clearance(),
            consent=consent(),
            inducted=completed_induction([of], six_doses),
            policy=POLICY,
            codes=CODES,
            now=NOW,
        )

    maintenance = adjusted(plan(), Phase.MAINTENANCE)

    assert maintenance.revision == 2
    assert isinstance(maintenance.facts[-1], PlanAdjusted)
    with pytest.raises(DomainError, match="phase_goes_forward"):
        adjusted(maintenance, Phase.INDUCTION)


def test_that_a_maintenance_ends_is_told_once_for_what_was_signed() -> None:
    terms = replace(
        plan_terms(phase=Phase.MAINTENANCE), induction_elsewhere="six, spring 2026", expected_end=TODAY + days(183)
    )
    active = signed(terms)
    due = datetime.combine(TODAY + days(183 - 28), time.min, UTC)
    assert active.told_of_end(POLICY, now=due - minutes(1)) is active
    told = active.put_on_hold(PlanChangeReason.CLINICAL, now=NOW).told_of_end(POLICY, now=due)
    fact = told.facts[-1]
    assert isinstance(fact, PlanEnding)
    assert fact.last_day == TODAY + days(183)
    assert (told.ends_at, told.ending) == (None, True)
    assert told.told_of_end(POLICY, now=due + days(1)) is told
    anew = replace(told, revision=2)
    assert (anew.ends_at is not None, anew.ending) == (True, False)


def test_nobody_is_told_of_an_induction_nor_of_what_has_ended() -> None:
    assert signed(plan_terms()).ends_at is None
    maintenance = replace(plan_terms(phase=Phase.MAINTENANCE), induction_elsewhere="six, spring 2026")
    assert signed(maintenance).completed(now=NOW).ends_at is None


def test_a_plan_is_held_resumed_and_ended() -> None:
    held = plan().put_on_hold(PlanChangeReason.PATIENT_REQUEST, now=NOW)
    ended = held.resumed(PlanChangeReason.PATIENT_REQUEST, now=NOW).completed(now=NOW)

    assert (held.state, ended.state) == (PlanState.ON_HOLD, PlanState.COMPLETED)
    assert held.discontinued(PlanChangeReason.OTHER, now=NOW).state is PlanState.DISCONTINUED


def paper(category: ConsentCategory, *, route: Route | None, witnessed: bool) -> Consent:
    text = ConsentText(document="text", document_version="1", sha256="0" * 64, language="en", route=route)
    witness = PRESCRIBER if witnessed else None
    consent_id = ConsentId(new_uuid())
    return Consent.signed(
        consent_id, ANA, category, text, signer=IN_PERSON, witness=witness, valid_until=NOW + days(1), now=NOW
    )


def test_consent_to_treatment_names_its_route_and_paper_has_a_witness() -> None:
    with pytest.raises(DomainError, match="route_missing"):
        paper(ConsentCategory.TREATMENT, route=None, witnessed=True)
    with pytest.raises(DomainError, match="witness_missing"):
        paper(ConsentCategory.FINANCIAL, route=None, witnessed=False)


def test_a_consent_ends_by_its_date_once() -> None:
    agreed = consent()
    assert agreed.expired(now=agreed.valid_until - days(1)) is agreed

    ended = agreed.expired(now=agreed.valid_until + days(3))

    assert ended.state is ConsentState.EXPIRED
    assert ended.facts[-1].at == agreed.valid_until
    assert ended.due_at is None
    assert ended.expired(now=NOW + days(900)) is ended
    with pytest.raises(DomainError, match="consent_ended"):
        ended.withdrawn(now=NOW)


def test_a_consent_past_its_date_does_not_count_even_before_a_timer_said_so() -> None:
    agreed = consent()

    assert not agreed.is_for(Route.INTRAVENOUS, agreed.valid_until)
    assert agreed.superseded(now=NOW).state is ConsentState.SUPERSEDED


def test_a_consent_renews_every_earlier_one_to_the_same_route_ended_or_not() -> None:
    first, oral = consent(), consent(route=Route.ORAL)
    taken_back = first.withdrawn(now=NOW)

    again = Consent.signed(
        ConsentId(new_uuid()),
        ANA,
        ConsentCategory.TREATMENT,
        first.text,
        signer=ANA,
        witness=None,
        earlier=(taken_back, oral),
        valid_until=NOW + days(365),
        now=NOW,
    )

    assert again.renews == (first.id,)
    assert taken_back.superseded(now=NOW) is taken_back
