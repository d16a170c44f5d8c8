"""Appeals against an insurer's decision: by when, with what words, and that the letter tells no diagnosis."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from billing.adapters.appeal_words import appeal_words
from billing.adapters.typst_printer import TypstPrinter
from billing.domain.accounts import CoverageKind
from billing.domain.appeal_letters import AppealLetter
from billing.domain.appeals import APPEALS, AppealStage, Decision, DenialReason, Language, last_day_of
from billing.domain.ids import PaperId
from billing.domain.papers import Paper
from billing.domain.superbills import Superbill, VoidReason
from careflow_domain.errors import DomainError
from careflow_service.federal_calendar import FederalCalendar
from services.billing.tests.builders import ANA, NOW, TODAY, ZONE
from services.billing.tests.unit.test_claim_sheets import a_content, a_superbill

CALENDAR = FederalCalendar()
RECEIVED = date(2026, 11, 20)


def a_decision(**more: Any) -> Decision:
    return Decision(**{"reason": DenialReason.NOT_NECESSARY, "received_on": RECEIVED, **more})


def a_letter(superbill: Superbill | None = None, **more: Any) -> AppealLetter:
    stage, decision = more.pop("stage", AppealStage.INTERNAL), more.pop("decision", a_decision())
    asked = {"words": None, "enclosed": (), "language": Language.ENGLISH, **more}
    last_day = last_day_of(stage, decision, APPEALS, CALENDAR)
    return AppealLetter.about(
        superbill or a_superbill(a_content(4, paid=100)),
        decision,
        stage,
        last_day,
        decision_days=60,
        external_months=4,
        today=TODAY,
        **asked,
    )


@pytest.mark.parametrize(
    ("stage", "received_on", "last_day"),
    [
        (AppealStage.INTERNAL, date(2026, 11, 20), date(2027, 5, 19)),
        (AppealStage.EXTERNAL, date(2026, 11, 18), date(2027, 3, 18)),
        (AppealStage.EXTERNAL, date(2026, 10, 30), date(2027, 3, 1)),  # the regulation's own example: no February 30
        (AppealStage.EXTERNAL, date(2027, 10, 29), date(2028, 2, 29)),
        (AppealStage.EXTERNAL, date(2026, 8, 31), date(2026, 12, 31)),
        (AppealStage.EXTERNAL, date(2026, 8, 25), date(2026, 12, 28)),  # Christmas, then a weekend
        (AppealStage.EXTERNAL, date(2026, 7, 31), date(2026, 12, 1)),
    ],
)
def test_an_appeal_is_sent_by_the_day_of_the_federal_rules(
    stage: AppealStage, received_on: date, last_day: date
) -> None:
    assert last_day_of(stage, a_decision(received_on=received_on), APPEALS, CALENDAR) == last_day


@pytest.mark.parametrize("stage", AppealStage)
def test_the_day_a_notice_names_counts_before_any_rule(stage: AppealStage) -> None:
    assert last_day_of(stage, a_decision(last_day=date(2026, 12, 25)), APPEALS, CALENDAR) == date(2026, 12, 25)


@pytest.mark.parametrize(
    "dates",
    [
        {"last_day": date(2026, 11, 19)},
        {"received_on": date(2026, 11, 24)},  # tomorrow
        {"received_on": date(2026, 11, 2)},  # before the first service
    ],
)
def test_dates_of_a_notice_that_cannot_be_are_refused(dates: dict[str, date]) -> None:
    with pytest.raises(DomainError, match="notice_dates_invalid"):
        a_letter(decision=a_decision(**dates))


def test_no_letter_is_about_a_void_bill_or_to_medicare() -> None:
    bill = a_superbill(a_content())
    with pytest.raises(DomainError, match="superbill_not_in_force"):
        a_letter(bill.void(VoidReason.CHARGE_CORRECTED, now=NOW))
    patient = bill.content.patient
    medicare = replace(patient, coverage=replace(patient.coverage, kind=CoverageKind.MEDICARE))
    with pytest.raises(DomainError, match="no_claim_to_medicare"):
        a_letter(replace(bill, content=replace(bill.content, patient=medicare)))


def test_it_lists_every_service_what_was_paid_and_what_goes_with_it_and_no_diagnosis() -> None:
    said = appeal_words(a_letter(enclosed=("Letter of my doctor",), words="One.\n\nTwo."), TODAY)
    assert len(said["services"]) == 8
    facts = dict(said["facts"])
    assert (facts["Dates of service"], facts["Paid by the patient"]) == ("11/03/2026 to 11/06/2026", "$100.00")
    assert said["enclosed"] == ["Notice received on 11/20/2026", "Superbill SB-2026-0001", "Letter of my doctor"]
    assert said["words"] == ["One.", "Two."]
    assert not any(code in str(said) for code in ("F33.2", "F332", "F41.1"))


@pytest.mark.parametrize("reason", DenialReason)
def test_a_reviewer_of_the_field_is_asked_for_where_the_decision_is_a_medical_one(reason: DenialReason) -> None:
    medical = reason in {DenialReason.NOT_NECESSARY, DenialReason.EXPERIMENTAL}
    said = appeal_words(a_letter(decision=a_decision(reason=reason)), TODAY)
    assert (said["reviewer"] is not None) is medical
    assert said["why"]
    assert appeal_words(a_letter(stage=AppealStage.EXTERNAL), TODAY)["reviewer"] is None


@pytest.mark.parametrize(
    ("language", "by"), [(Language.ENGLISH, "Send it by May 19, 2027."), (Language.SPANISH, "el 19 de mayo de 2027.")]
)
def test_the_patients_own_page_says_by_when_and_why_in_their_language(language: Language, by: str) -> None:
    guide = appeal_words(a_letter(language=language), TODAY)["guide"]
    assert by in guide["by"]
    assert "180" in guide["why"]
    assert "29 CFR 2560.503-1(h)(3)(i)" in guide["why"]
    assert guide["past"] is None
    named = appeal_words(a_letter(language=language, decision=a_decision(last_day=date(2026, 12, 1))), TODAY)["guide"]
    assert "CFR" not in named["why"]


def test_a_day_that_is_over_is_said_and_keeps_nobody_from_the_letter() -> None:
    letter = a_letter(decision=a_decision(last_day=date(2026, 11, 22)))
    assert "over" in appeal_words(letter, TODAY)["guide"]["past"]
    assert appeal_words(letter, date(2026, 11, 22))["guide"]["past"] is None


@pytest.mark.parametrize("stage", AppealStage)
@pytest.mark.parametrize("language", Language)
async def test_it_is_an_archive_that_is_read_aloud_also_over_several_pages(
    stage: AppealStage, language: Language
) -> None:
    long = a_superbill(a_content(21, given_name="Wolfeschlegelsteinhausenbergerdorff-Nguyễn 李小龙"))
    letter = a_letter(
        long,
        stage=stage,
        language=language,
        decision=a_decision(said="§ 7.4(b)\nsee above", claim_number="CLM-77"),
        words="Me ayudó.\n" * 300,
        enclosed=("Carta de mi médica",) * 10,
    )
    paper = Paper(
        id=PaperId("p"), patient_id=ANA, about="x", number="AL-1", issued_at=NOW, issued_on=TODAY, content=letter
    )
    pdf = await TypstPrinter(ZONE).paper(paper)
    for mark in (b"<pdfaid:part>3</pdfaid:part>", b"<pdfuaid:part>1</pdfuaid:part>", b"data.json"):
        assert mark in pdf
