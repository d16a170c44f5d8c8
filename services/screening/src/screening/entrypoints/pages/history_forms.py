"""The forms about what is known of a patient: history, medications, earlier antidepressants, and what an evaluation
found.

Invariant: as of all forms of a case, see `case_forms`.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Final

from careflow_service.identity import Role
from careflow_service.pages.asking import Field, Kind, Option
from screening.application.queries.read_case_page import CaseSeen
from screening.domain.case_record import CaseState
from screening.domain.conditions import IN_WORDS, ConditionCode
from screening.domain.evaluation import PRESCRIBER_PARTS, EvaluationPart
from screening.domain.history import ConditionStatus
from screening.entrypoints.http.case_routes import Submission
from screening.entrypoints.http.history_routes import (
    IdentifiedMedication,
    NewFact,
    NewMedication,
    NewTrial,
    Reclassified,
    StoppedMedication,
    Voided,
)
from screening.entrypoints.pages import history_commands as do
from screening.entrypoints.pages.asked_history import answers_to
from screening.entrypoints.pages.case_commands import Nothing
from screening.entrypoints.pages.case_form import (
    About,
    CaseForm,
    Fields,
    Reader,
    medication,
    one_of,
    open_case,
    prose,
)

_NAMES: Final = "diagnosis_names.tsv"
"""Codes and names of mental and behavioural disorders: ICD-10-CM FY 2026, release of April 1, 2026, chapter 5 (CMS and
NCHS, as carried by simple-icd-10-cm 1.5.0, MIT). They are offered; another code is taken, too.
"""
_OTHER: Final = ConditionCode.OTHER
_CLOCK: Final = "%Y-%m-%dT%H:%M"


@cache
def diagnosis_names() -> Mapping[str, str]:
    """What a code is called."""
    text = files("screening.entrypoints.pages").joinpath(_NAMES).read_text(encoding="utf-8")
    return dict(line.split("\t", 1) for line in text.splitlines())


def _not_handed_in(seen: CaseSeen, of: str) -> About | None:
    return open_case(seen, of) if seen.general.case.state is CaseState.OPEN else None


def _unasked(seen: CaseSeen, of: str) -> About | None:
    return open_case(seen, of) if _to_ask(seen) else None


def _unseen(seen: CaseSeen, of: str) -> About | None:
    return open_case(seen, of) if ConditionCode.IDENTITY_UNVERIFIED in seen.unasked else None


def _fact(seen: CaseSeen, of: str) -> About | None:
    for part in seen.parts:
        for each in part.case.history:
            if each.id == of and open_case(seen, of):
                said = f"{each.condition}: {each.status}"
                return About(part.case.id, part.case.version, apart=part is seen.apart, said=said)
    return None


def _taken(seen: CaseSeen, of: str) -> About | None:
    """A medication of which nobody has confirmed the end."""
    ended = any(each.id == of and each.ended for part in seen.parts for each in part.case.medications)
    return None if ended else medication(seen, of)


def _unknown(seen: CaseSeen, of: str) -> About | None:
    return medication(seen, of) if of in seen.unknown else None


def _trial(seen: CaseSeen, of: str) -> About | None:
    case = seen.general.case
    found = next((each for each in case.trials if each.id == of and each.voided is None), None)
    return None if found is None or open_case(seen, of) is None else About(case.id, case.version, said=found.drug)


def _evaluated(seen: CaseSeen, of: str) -> About | None:
    return open_case(seen, of) if seen.general.case.evaluations else None


def _to_ask(seen: CaseSeen) -> list[ConditionCode]:
    return [each for each in seen.unasked if each is not ConditionCode.IDENTITY_UNVERIFIED]


def _conditions(reader: Reader) -> list[Option]:
    """By the alphabet of whoever reads, the one for all others last."""
    named = sorted((reader.word("conditions", each), each.value) for each in ConditionCode if each is not _OTHER)
    return [(code, name) for name, code in (*named, (reader.word("conditions", _OTHER), _OTHER.value))]


def _signed(reader: Reader) -> Fields:
    """Asked of prescribers alone: nobody else's reason counts."""
    return (Field(name="signed", kind=Kind.PROSE, word="signed_fact"),) if reader.actor.has(Role.PRESCRIBER) else ()


def _taking_down(seen: CaseSeen, reader: Reader) -> Fields:
    """What nobody has asked yet; a yes that says nothing without words has a form of its own."""

    def options(condition: ConditionCode) -> list[Option]:
        statuses = (ConditionStatus.RULED_OUT,) if condition in IN_WORDS else answers_to(condition)
        return [(each.value, reader.word("condition_statuses", each)) for each in statuses]

    return tuple(
        Field(name=f"told.{each.value}", kind=Kind.CHOICE, options=options(each), label=reader.word("conditions", each))
        for each in _to_ask(seen)
    )


def _condition(_: CaseSeen, reader: Reader) -> Fields:
    return (
        Field(name="condition", kind=Kind.PICK, options=_conditions(reader)),
        one_of(reader, "status", "condition_statuses", ConditionStatus),
        Field(name="occurred_on", kind=Kind.DAY),
        Field(name="detail", word="fact_detail"),
        *_signed(reader),
    )


def _reclassifying(_: CaseSeen, reader: Reader) -> Fields:
    return (
        Field(name="condition", kind=Kind.PICK, options=_conditions(reader), word="other_condition"),
        one_of(reader, "status", "condition_statuses", ConditionStatus),
        Field(name="occurred_on", kind=Kind.DAY),
        Field(name="reason", kind=Kind.PROSE),
    )


def _drug(seen: CaseSeen, name: str) -> Field:
    return Field(name=name, kind=Kind.LISTED, word="drug", options=[(each, "") for each in seen.drug_names])


def _medicine(seen: CaseSeen, reader: Reader) -> Fields:
    return (
        _drug(seen, "name"),
        Field(name="detail", word="dose_detail"),
        Field(name="started_on", kind=Kind.DAY),
        *_signed(reader),
    )


def _naming(seen: CaseSeen, reader: Reader) -> Fields:
    """Prescribers may say that it is something of another name; everybody else confirms one that comes near."""
    if reader.actor.has(Role.PRESCRIBER):
        return (Field(name="names", kind=Kind.LINES),)
    near = sorted({name for names in seen.unknown.values() for name in names})
    return (Field(name="names", kind=Kind.SEVERAL, options=[(each, each) for each in near], word="near_names"),)


def _stating(_: CaseSeen, __: Reader) -> Fields:
    return (
        Field(name="history_complete", kind=Kind.YES_NO),
        Field(name="medications_complete", kind=Kind.YES_NO),
    )


def _trying(seen: CaseSeen, _: Reader) -> Fields:
    return (
        _drug(seen, "drug"),
        Field(name="highest_daily_mg", kind=Kind.NUMBER),
        Field(name="adequate_dose", kind=Kind.YES_NO),
        Field(name="weeks", kind=Kind.WHOLE),
        Field(name="response_percent", kind=Kind.WHOLE),
        Field(name="stopped_because"),
    )


def _finding(seen: CaseSeen, reader: Reader) -> Fields:
    """Which visit, and each part the reader may record."""
    visits = [
        (each.appointment_id, reader.write.moment(each.starts_at, reader.zone))
        for each in reversed(seen.general.case.evaluation_visits)
    ]
    parts = (each for each in EvaluationPart if reader.actor.has(Role.PRESCRIBER) or each not in PRESCRIBER_PARTS)
    return (
        Field(name="appointment_id", kind=Kind.CHOICE, options=visits),
        Field(name="started_at", kind=Kind.MOMENT),
        Field(name="ended_at", kind=Kind.MOMENT),
        *(
            field
            for part in parts
            for field in (
                Field(name=f"{part}.summary", kind=Kind.PROSE, word=f"{part}_summary"),
                Field(name=f"{part}.favourable", kind=Kind.YES_NO, word=f"{part}_favourable"),
            )
        ),
        *(field for place in do.LINES for field in _billed_by(reader, place)),
    )


def _billed_by(reader: Reader, place: str) -> Fields:
    """One of the lines a visit is billed by, as a code with an add-on is two."""
    return (
        _placed(Field(name=f"{place}.code", word="service_code"), reader, do.LINES.index(place)),
        _placed(Field(name=f"{place}.units", kind=Kind.WHOLE), reader, do.LINES.index(place)),
        _placed(Field(name=f"{place}.minutes", kind=Kind.WHOLE), reader, do.LINES.index(place)),
    )


def _placed(asked: Field, reader: Reader, place: int) -> Field:
    """One of several of its kind, counted from one; what to know of them is said at the first."""
    label = f"{place + 1}. {reader.word('case_asked', asked.named)}"
    return replace(asked, label=label, word="" if place else asked.word)


def _newest_visit(seen: CaseSeen, reader: Reader) -> Mapping[str, str]:
    """It began and ended as it was booked, unless somebody says otherwise."""
    visits = seen.general.case.evaluation_visits
    if not visits:
        return {}
    newest = visits[-1]
    times = {"started_at": newest.starts_at, "ended_at": newest.ends_at}
    shown = {name: at.astimezone(reader.zone).strftime(_CLOCK) for name, at in times.items()}
    return {"appointment_id": newest.appointment_id, **shown}


def _diagnosing(seen: CaseSeen, reader: Reader) -> Fields:
    found = [
        (each.id, reader.write.moment(each.started_at, reader.zone), each.provider_id)
        for each in reversed(seen.general.case.evaluations)
    ]
    first, *others = do.DIAGNOSES
    listed = Field(name=first, kind=Kind.LISTED, word="diagnosis")
    return (
        Field(name="evaluation_id", kind=Kind.CHOICE, options=found),
        _placed(replace(listed, options=list(diagnosis_names().items())), reader, 0),
        *(_placed(replace(listed, name=each, offers_as=first), reader, place) for place, each in enumerate(others, 1)),
    )


def _newest_evaluation(seen: CaseSeen, _: Reader) -> Mapping[str, str]:
    evaluations = seen.general.case.evaluations
    return {"evaluation_id": evaluations[-1].id} if evaluations else {}


def _last_day(_: CaseSeen, __: Reader) -> Fields:
    return (Field(name="last_taken_on", kind=Kind.DAY),)


HISTORY_FORMS: Final = (
    CaseForm("identity", Nothing, do.see_identity, _unseen),
    CaseForm("history", do.TakenDown, do.take_down, _unasked, _taking_down),
    CaseForm("condition", NewFact, do.record_condition, open_case, _condition),
    CaseForm("reclassify", Reclassified, do.reclassify, _fact, _reclassifying, of_one=True),
    CaseForm("medication", NewMedication, do.add_medication, open_case, _medicine),
    CaseForm("stop-medication", StoppedMedication, do.stop_medication, _taken, _last_day, of_one=True),
    CaseForm("identify", IdentifiedMedication, do.identify, _unknown, _naming, of_one=True),
    CaseForm("hand-in", Submission, do.hand_in, _not_handed_in, _stating),
    CaseForm("trial", NewTrial, do.record_trial, open_case, _trying),
    CaseForm("void-trial", Voided, do.void_trial, _trial, prose("reason"), of_one=True),
    CaseForm("evaluation", do.Found, do.record_evaluation, open_case, _finding, suggests=_newest_visit),
    CaseForm("diagnoses", do.Diagnosed, do.record_diagnoses, _evaluated, _diagnosing, suggests=_newest_evaluation),
)
"""In the order a clinic meets them."""
