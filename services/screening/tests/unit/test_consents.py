"""A written consent to disclose what is about substance use: what it must say, what may leave on it, how it ends."""

from collections.abc import Callable
from typing import Any

import pytest

from careflow_domain.disclosures import Basis, Disclosure, RecordPart
from careflow_domain.errors import DomainError
from screening.domain.consents import (
    ConsentPurpose,
    ConsentScope,
    ConsentSigner,
    ConsentState,
    ConsentTerms,
    DisclosureConsent,
)
from screening.domain.ids import ConsentId, DisclosureId
from services.screening.tests.builders import ANA, NOW, POLICY, PRESCRIBER, days, minutes

FORM = POLICY.substance_use.consent_form
NURSE = "user-nurse"


def terms(**changes: Any) -> ConsentTerms:
    """To a named doctor, for a month."""
    whole: dict[str, Any] = {
        "form_version": FORM.version,
        "scope": frozenset({ConsentScope.RECORD}),
        "purpose": ConsentPurpose.PATIENT_REQUEST,
        "recipients": ("Dr Vu",),
        "signer": ConsentSigner.PATIENT,
        "signed_at": NOW,
        "valid_until": NOW + days(30),
        "document": "paper file, 12",
    }
    return ConsentTerms(**{**whole, **changes})


def single(**changes: Any) -> ConsentTerms:
    """The single consent to treatment, payment and health care operations."""
    whole = {
        "scope": frozenset(ConsentScope),
        "purpose": ConsentPurpose.TREATMENT_PAYMENT_OPERATIONS,
        "recipients": ("my treating providers, health plans, third-party payers",),
        "valid_until": None,
    }
    return terms(**{**whole, **changes})


def recorded(said: ConsentTerms) -> DisclosureConsent:
    return DisclosureConsent.recorded(ConsentId("consent"), ANA, said, FORM, by=NURSE, now=NOW)


def refusal(change: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refused:
        change()
    return refused.value


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"scope": frozenset()}, "scope"),
        ({"recipients": (" ",)}, "recipients"),
        ({"purpose": ConsentPurpose.DESCRIBED}, "purpose_in_words"),
        ({"signer": ConsentSigner.REPRESENTATIVE}, "representative"),
        ({"valid_until": None}, "valid_until"),
        ({"document": " "}, "document"),
    ],
)
def test_whatever_a_written_consent_must_say_is_named_where_it_lacks(changes: dict[str, Any], missing: str) -> None:
    refused = refusal(lambda: recorded(terms(**changes)))
    assert (refused.code, refused.extra["missing"]) == ("consent_incomplete", (missing,))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (terms(form_version="of last year"), "consent_form_unknown"),
        (terms(scope=frozenset(ConsentScope)), "scope_not_of_purpose"),
        (terms(signed_at=NOW + minutes(1)), "date_in_future"),
        (terms(valid_until=NOW), "date_in_past"),
    ],
)
def test_what_no_consent_can_be_is_refused(said: ConsentTerms, code: str) -> None:
    assert refusal(lambda: recorded(said)).code == code


def test_a_consent_to_somebody_lets_copies_leave_to_them_alone() -> None:
    consent = recorded(terms())
    consent.must_cover_record(" dr  VU ", now=NOW)
    assert refusal(lambda: consent.must_cover_record("Dr Vu's landlord", now=NOW)).code == "consent_to_others"
    assert not consent.covers_diagnoses(NOW)


def test_the_single_consent_is_to_whoever_treats_and_pays_until_it_is_revoked() -> None:
    consent = recorded(single())
    consent.must_cover_record("City Hospital", now=NOW + days(4000))
    assert consent.covers_diagnoses(NOW + days(4000))
    assert consent.expired(now=NOW + days(4000)) is consent
    bills_alone = recorded(single(scope=frozenset({ConsentScope.DIAGNOSES})))
    assert refusal(lambda: bills_alone.must_cover_record("City Hospital", now=NOW)).code == "consent_to_other_scope"


def test_it_ends_on_its_date_at_once_and_is_said_to_have_once() -> None:
    consent = recorded(terms())
    until = NOW + days(30)
    assert consent.expired(now=until - minutes(1)) is consent
    assert refusal(lambda: consent.must_cover_record("Dr Vu", now=until)).code == "consent_ended"
    ended = consent.expired(now=until + days(1))
    assert (ended.state, ended.ended_at, ended.due_at) == (ConsentState.EXPIRED, until, None)
    assert ended.expired(now=until + days(2)) is ended


def test_revoked_it_lets_nothing_leave_and_is_not_revoked_again() -> None:
    revoked = recorded(single()).revoked(ANA, "changed my mind", now=NOW + days(1))
    assert (revoked.state, revoked.ended_by, revoked.ended_at) == (ConsentState.REVOKED, ANA, NOW + days(1))
    assert not revoked.covers_diagnoses(NOW + days(1))
    assert refusal(lambda: revoked.must_cover_record("City Hospital", now=NOW + days(1))).code == "consent_ended"
    assert refusal(lambda: revoked.revoked(ANA, "", now=NOW + days(1))).code == "consent_ended"
    assert refusal(lambda: recorded(terms()).revoked(ANA, "", now=NOW + days(30))).code == "consent_ended"


def disclosed(**changes: Any) -> Disclosure:
    whole: dict[str, Any] = {
        "part": RecordPart.SUBSTANCE_USE,
        "basis": Basis.WRITTEN_CONSENT,
        "recipient": "Dr Vu",
        "reason": "goes on treating her",
        "reference": "",
        "consent": recorded(terms()),
    }
    said = {**whole, **changes}
    part, basis = said.pop("part"), said.pop("basis")
    return Disclosure.made(DisclosureId("made"), ANA, part, basis, **said, by=PRESCRIBER, now=NOW)


def test_what_is_about_substance_use_is_disclosed_on_a_consent_on_record() -> None:
    assert disclosed().consent_id == "consent"
    assert refusal(lambda: disclosed(consent=None, reference="signed on Friday")).code == "consent_missing"
    assert refusal(lambda: disclosed(recipient="Dr Nemo")).code == "consent_to_others"
    assert refusal(lambda: disclosed(part=RecordPart.GENERAL)).code == "consent_not_of_basis"
    assert refusal(lambda: disclosed(basis=Basis.MEDICAL_EMERGENCY)).code == "consent_not_of_basis"
    assert disclosed(basis=Basis.COURT_ORDER, consent=None, reference="case 12").consent_id is None
