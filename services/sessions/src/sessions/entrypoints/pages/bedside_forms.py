"""What is done at the bedside: one row for each form, with the API's command it stands for.

Invariant: who may send a form is who may call that route of the API, and what it does is that route's own use case.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from careflow_service.identity import Actor, Role
from careflow_service.pages.asking import Field, Kind, Option
from sessions.application.queries.read_bedside import Bedside
from sessions.domain.discharge import CRITERIA, NEVER_SIGNED
from sessions.domain.distance import is_at_a_distance
from sessions.domain.drug_entries import ADDING, DISPOSALS, WITNESSED
from sessions.domain.how_held import TELLABLE
from sessions.domain.left_corrections import has_left
from sessions.domain.presence import AT_THE_BEDSIDE
from sessions.domain.returns import has_left_early
from sessions.domain.states import UNDER_WAY, SessionState
from sessions.domain.words import CONVERTIBLE_TO, Modality, VisitKind
from sessions.entrypoints.http.adverse_event_routes import NewAdverseEvent
from sessions.entrypoints.http.check_bodies import NewChecks
from sessions.entrypoints.http.correction_routes import ChecksCorrection, LeavingCorrection
from sessions.entrypoints.http.dose_routes import DoseEnd, NewDischarge, NewDose, NewVitals, PumpSetting, PumpStep
from sessions.entrypoints.http.gate_routes import Clearing, NewOrder, Reason, Signing
from sessions.entrypoints.http.session_routes import CameBack, Completion, Conversion, EarlyEnd, Joining
from sessions.entrypoints.http.telehealth_routes import HowHeld, NewCoordinationCall
from sessions.entrypoints.pages import bedside_commands as do
from sessions.entrypoints.pages.bedside_choices import (
    containers,
    doses,
    doses_drawn,
    draws,
    for_dose,
    in_pieces,
    readings,
    unsettled,
    waiting,
)
from sessions.entrypoints.pages.bedside_commands import (
    BackBefore,
    CorrectingDose,
    CorrectingVitals,
    Drawing,
    EndedBefore,
    Entering,
    Nothing,
    StoppedBefore,
    Verifying,
    Witnessing,
)
from sessions.entrypoints.pages.bedside_fields import (
    CALL,
    CORRECTING_DOSE,
    DISCHARGE,
    ENDED_BEFORE,
    ESCORT,
    EVENT,
    IDENTITY,
    LEFT_AT,
    LET_GO_LATE,
    ORDER,
    PIECES,
    PROGRAM,
    PUMP,
    QUESTIONS,
    STOPPING,
    THERAPY,
    VERIFICATION,
    field,
    signs,
)
from sessions.entrypoints.pages.bedside_form import BedsideForm, Fields
from sessions.entrypoints.pages.medicine_forms import MEDICINE_FORMS
from sessions.entrypoints.pages.otherwise_forms import OTHERWISE_FORMS
from sessions.entrypoints.pages.outside_forms import OUTSIDE_FORMS
from sessions.entrypoints.pages.outside_order_forms import OUTSIDE_ORDER_FORMS


def _reasons(listed: str, called: str, of: str) -> Field:
    """Why somebody signs for one thing in a list of them."""
    return Field(name=f"{listed}.{of}", kind=Kind.REASONS, about={called: of})


def _state(*states: SessionState) -> Callable[[Bedside], bool]:
    return lambda seen: seen.session.state in states


def _dosing(*states: SessionState) -> Callable[[Bedside], bool]:
    return lambda seen: seen.session.kind is VisitKind.DOSING and seen.session.state in states


_HERE = (SessionState.ARRIVED, SessionState.CHECKED, SessionState.CLEARED)


def _checking(seen: Bedside) -> bool:
    session = seen.session
    return session.kind is VisitKind.DOSING and (session.state in {*_HERE, *UNDER_WAY} or session.patient_watched)


def _in_program(seen: Bedside) -> bool:
    """Asked of what is ordered by a route under a restricted program, and while nobody knows by which it will be."""
    return _checking(seen) and (seen.route is None or seen.route.restricted_program)


def _there(seen: Bedside) -> bool:
    before = {SessionState.SCHEDULED, *_HERE}
    return seen.session.state in before | UNDER_WAY or seen.session.patient_watched


def _located(seen: Bedside) -> bool:
    return is_at_a_distance(seen.session) and seen.session.state in {SessionState.ARRIVED, SessionState.IN_PROGRESS}


def _called(seen: Bedside) -> bool:
    return _located(seen) and seen.session.state is SessionState.ARRIVED and bool(seen.session.verified)


def _starts(seen: Bedside) -> bool:
    dosing = seen.session.kind is VisitKind.DOSING
    return seen.session.state is (SessionState.CLEARED if dosing else SessionState.ARRIVED)


def _ends(seen: Bedside) -> bool:
    dosing = seen.session.kind is VisitKind.DOSING
    return seen.session.state is (SessionState.DISCHARGED if dosing else SessionState.IN_PROGRESS)


def _runs(seen: Bedside) -> bool:
    given = seen.session.doses
    return seen.session.state in UNDER_WAY and bool(given) and given[-1].ended_at is None


def _gives(seen: Bedside) -> bool:
    dosing = seen.session.kind is VisitKind.DOSING and seen.session.state in UNDER_WAY
    return dosing and not _runs(seen) and bool(doses_drawn(seen))


def _correcting(seen: Bedside, _: Actor) -> Fields:
    return (
        Field(name="reading", kind=Kind.CHOICE, options=readings(seen)),
        *signs("signs", "observed_instead"),
        field("signs.no_symptoms", Kind.YES_NO),
        field("reason", Kind.PROSE),
    )


def _setting(seen: Bedside, _: Actor) -> Fields:
    """What the pump may be set to next; the first time, what the dose was made up to."""
    infusion = seen.session.doses[-1].infusion
    if infusion is None:
        steps: list[PumpStep] = [PumpStep.RATE_CHANGED]
    else:
        steps = [PumpStep.RATE_CHANGED, PumpStep.PAUSED] if infusion.runs else [PumpStep.RESUMED]
    diluted = () if infusion else (field("made_up_to_ml", Kind.AMOUNT),)
    return (field("step", Kind.CHOICE, *steps), *diluted, *PUMP)


def _unsettled(seen: Bedside) -> bool:
    return bool(draws(seen))


def _held(actor: Actor) -> Sequence[str]:
    """As whom somebody may be in a session."""
    return sorted(role.value for role in AT_THE_BEDSIDE if actor.has(Role(role.value)))


def _roles(_: Bedside, actor: Actor) -> Fields:
    return (field("role", Kind.CHOICE, *_held(actor)),)


def _only_role(_: Bedside, actor: Actor) -> Mapping[str, str]:
    """Whoever holds one role is not asked which."""
    held = _held(actor)
    return {"role": held[0]} if len(held) == 1 else {}


def _there_as(seen: Bedside, actor: Actor) -> Collection[str]:
    """As whom the reader is in the session."""
    return {each.role.value for each in seen.session.team if each.id == actor.id and each.there}


def _comes(seen: Bedside, actor: Actor) -> bool:
    return bool(set(_held(actor)) - set(_there_as(seen, actor)))


def _goes(seen: Bedside, actor: Actor) -> bool:
    return bool(_there_as(seen, actor))


def _discharging(_: Bedside, actor: Actor) -> Fields:
    """A prescriber may sign for what is not met, criterion by criterion."""
    if not actor.has(Role.PRESCRIBER):
        return (*DISCHARGE, *LET_GO_LATE)
    reasons = (_reasons("exceptions", "criterion", name) for name in CRITERIA if name not in NEVER_SIGNED)
    return (*DISCHARGE, *LET_GO_LATE, *reasons, field("transport", Kind.PROSE))


def _signable(seen: Bedside) -> Sequence[str]:
    """What stands in the way and may be signed for."""
    closed = seen.gate.standing_in_the_way(seen.session.overrides) if seen.gate else ()
    return [each.item for each in closed if each.overridable]


def _overriding(seen: Bedside, _: Actor) -> Fields:
    """One reason for each."""
    return tuple(_reasons("overrides", "item", item) for item in _signable(seen))


def _draw(drawn: Sequence[Option]) -> Field:
    """One of the draws of the session: a container and what was drawn up of it."""
    return Field(name="draw", kind=Kind.CHOICE, options=drawn, parts=("container_id", "draw_id"))


def _drawing(seen: Bedside, _: Actor) -> Fields:
    return (Field(name="container_id", kind=Kind.CHOICE, options=containers(seen)), field("quantity", Kind.AMOUNT))


def _giving(seen: Bedside, _: Actor) -> Fields:
    among = for_dose(seen)
    measured = ("mg", "mg_per_kg", *(("ml", "mg_per_ml") if any(each.item.concentration for each in among) else ()))
    amounts = (field(name, Kind.AMOUNT) for name in measured)
    counted = (*PIECES, field("mg_per_unit", Kind.AMOUNT)) if in_pieces(among) else ()
    return (_draw(doses_drawn(seen)), *amounts, *counted, field("serial", Kind.TEXT))


def _wasting(seen: Bedside, _: Actor) -> Fields:
    return (
        _draw(draws(seen)),
        field("kind", Kind.CHOICE, *sorted(WITNESSED - ADDING - DISPOSALS.keys())),
        field("mg", Kind.AMOUNT),
        *(PIECES if in_pieces(unsettled(seen)) else ()),
        field("note", Kind.PROSE),
    )


def _witnessing(seen: Bedside, _: Actor) -> Fields:
    return (Field(name="line", kind=Kind.CHOICE, options=waiting(seen), parts=("container_id", "entry_id")),)


def _of_patient(seen: Bedside) -> Mapping[str, Any]:
    return {"patient_id": seen.session.patient_id, "session_id": seen.session.id}


FORMS: Final = (
    BedsideForm("arrive", Nothing, do.arrive, _state(SessionState.SCHEDULED), at_once=True),
    BedsideForm("join", Joining, do.join, _there, _roles, to=_comes, suggests=_only_role),
    BedsideForm("leave", Nothing, do.leave, lambda seen: bool(seen.session.team), to=_goes, at_once=True),
    BedsideForm("identity", NewChecks, do.check, _checking, lambda _, __: IDENTITY),
    BedsideForm("questions", NewChecks, do.check, _checking, lambda _, __: QUESTIONS),
    BedsideForm("escort", NewChecks, do.check, _checking, lambda _, __: ESCORT),
    BedsideForm("baseline", NewChecks, do.check, _dosing(*_HERE), lambda _, __: signs("baseline.0")),
    BedsideForm("program", NewChecks, do.check, _in_program, lambda _, __: PROGRAM),
    BedsideForm("order", NewOrder, do.order, _dosing(SessionState.SCHEDULED, *_HERE), lambda _, __: ORDER),
    BedsideForm("attest", Reason, do.attest, _checking, lambda _, __: (field("reason", Kind.PROSE),)),
    BedsideForm("sign", Signing, do.sign, lambda seen: bool(_signable(seen)), _overriding),
    BedsideForm("clearing", Clearing, do.clear, _dosing(SessionState.CHECKED), at_once=True),
    BedsideForm("draw", Drawing, do.draw, _dosing(*_HERE, *UNDER_WAY), _drawing),
    BedsideForm("verify", Verifying, do.verify, _located, lambda _, __: VERIFICATION),
    BedsideForm("start", Nothing, do.start, _starts, at_once=True),
    BedsideForm("dose", NewDose, do.give, _gives, _giving),
    BedsideForm("pump", PumpSetting, do.set_pump, _runs, _setting),
    BedsideForm("dose-ended", DoseEnd, do.end_dose, _runs, at_once=True),
    BedsideForm("dose-ended-before", EndedBefore, do.end_dose, _runs, lambda _, __: ENDED_BEFORE),
    BedsideForm("dose-stopped", StoppedBefore, do.end_dose, _runs, lambda _, __: STOPPING),
    BedsideForm(
        "vitals", NewVitals, do.observe, lambda seen: seen.session.monitoring is not None, lambda _, __: signs("signs")
    ),
    BedsideForm("correct-vitals", CorrectingVitals, do.correct_vitals, lambda seen: bool(readings(seen)), _correcting),
    BedsideForm(
        "correct-checks",
        ChecksCorrection,
        do.correct_checks,
        lambda seen: seen.session.kind is VisitKind.DOSING and bool(seen.session.checks.given),
        lambda _, __: (*IDENTITY, *QUESTIONS, *ESCORT, *PROGRAM, field("reason", Kind.PROSE)),
    ),
    BedsideForm(
        "correct-dose",
        CorrectingDose,
        do.correct_dose,
        lambda seen: bool(doses(seen)),
        lambda seen, _: (
            Field(name="dose", kind=Kind.CHOICE, options=doses(seen)),
            *(PIECES if any(each.stated.pieces for each in seen.session.doses) else ()),
            *CORRECTING_DOSE,
        ),
    ),
    BedsideForm(
        "correct-leaving",
        LeavingCorrection,
        do.correct_leaving,
        lambda seen: has_left(seen.session),
        lambda _, __: (field("left_at", Kind.MOMENT, word="left_instead"), field("reason", Kind.PROSE)),
    ),
    *OUTSIDE_FORMS,
    *MEDICINE_FORMS,
    *OUTSIDE_ORDER_FORMS,
    BedsideForm("waste", Entering, do.enter, _unsettled, _wasting),
    BedsideForm("witness", Witnessing, do.witness, lambda seen: bool(waiting(seen)), _witnessing),
    BedsideForm("adverse-event", NewAdverseEvent, do.report, _there, lambda _, __: EVENT, _of_patient),
    BedsideForm(
        "discharge",
        NewDischarge,
        do.discharge,
        lambda seen: seen.session.patient_watched and not _runs(seen),
        _discharging,
    ),
    BedsideForm("complete", Completion, do.complete, _ends, lambda _, __: THERAPY),
    *OTHERWISE_FORMS,
    BedsideForm(
        "how-held",
        HowHeld,
        do.say_how_held,
        lambda seen: seen.session.kind is not VisitKind.DOSING and seen.session.state in TELLABLE,
        lambda _, __: (field("modality", Kind.CHOICE, *Modality), field("reason", Kind.PROSE, word="held_reason")),
    ),
    BedsideForm("coordination", NewCoordinationCall, do.coordinate, _called, lambda _, __: CALL),
    BedsideForm("refuse", Nothing, do.refuse, _dosing(*_HERE)),
    BedsideForm(
        "convert",
        Conversion,
        do.convert,
        _dosing(SessionState.REFUSED),
        lambda _, __: (field("kind", Kind.CHOICE, *sorted(CONVERTIBLE_TO)), field("patient_agreed", Kind.YES_NO)),
    ),
    BedsideForm(
        "abort",
        EarlyEnd,
        do.abort,
        lambda seen: seen.session.state in UNDER_WAY or seen.session.patient_watched,
        lambda _, __: (field("patient_left", Kind.YES_NO), LEFT_AT, field("reason", Kind.PROSE)),
    ),
    BedsideForm("return", CameBack, do.take_back, lambda seen: has_left_early(seen.session), at_once=True),
    BedsideForm(
        "returned-before",
        BackBefore,
        do.take_back,
        lambda seen: has_left_early(seen.session),
        lambda _, __: (field("back_at", Kind.MOMENT),),
    ),
)
"""In the order a team goes through them."""
