"""The dose gate as somebody reads it: each item with what was found, by whom and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from careflow_service.pages.words import Words
from careflow_service.pages.writing import Writing
from sessions.domain.checks import Recorded
from sessions.domain.corrections import ReadingList, written_into
from sessions.domain.gate import Gate
from sessions.domain.gate_items import GATE
from sessions.domain.readings import Reading, standing
from sessions.domain.sessions import Session
from sessions.domain.vitals import VitalSigns

_CHECK_OF: Final[Mapping[str, str | None]] = {row.code: row.check for row in GATE}


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLine:
    """`state` is `clear`, `signed` (not in order, and a prescriber signed for it) or `stop`."""

    label: str
    state: str
    overridable: bool
    found: str | None = field(repr=False)
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedCheck:
    """What was recorded wrong and what put it right, each with who wrote it and when, and why."""

    check: str
    was: str = field(repr=False)
    was_by: str
    was_at: datetime
    became: str = field(repr=False)
    by: str
    at: datetime
    reason: str = field(repr=False)


def corrected_checks(session: Session, words: Words, write: Writing, zone: ZoneInfo) -> tuple[CorrectedCheck, ...]:
    """Every check that was put right, in the order of that."""
    writes, last = _Writes(words, write, zone), dict[str, Recorded[Any]]()
    found: list[CorrectedCheck] = []
    for part in session.recorded:
        for check, given in part.given.items():
            if part.correction is not None and (was := last.get(check)) is not None:
                found.append(
                    CorrectedCheck(
                        check=check,
                        was=_OF_CHECK[check](writes, was.value),
                        was_by=was.by,
                        was_at=was.at,
                        became=_OF_CHECK[check](writes, given.value),
                        by=given.by,
                        at=given.at,
                        reason=part.correction,
                    )
                )
            last[check] = given
    return tuple(found)


def gate_lines(gate: Gate, session: Session, words: Words, write: Writing, zone: ZoneInfo) -> tuple[GateLine, ...]:
    """Every item, what stands in the way first."""
    writes = _Writes(words, write, zone)
    stopping = {each.item for each in gate.standing_in_the_way(session.overrides)}
    lines = [
        GateLine(
            label=words.groups["gate"][each.item],
            state="clear" if each.passed else "stop" if each.item in stopping else "signed",
            overridable=each.overridable,
            found=writes.found(each.item, each.recorded_at, session),
            by=each.recorded_by,
            at=each.recorded_at,
        )
        for each in gate.findings
    ]
    return tuple(sorted(lines, key=lambda line: ("stop", "signed", "clear").index(line.state)))


@dataclass(frozen=True, slots=True)
class _Writes:
    words: Words
    write: Writing
    zone: ZoneInfo

    def found(self, item: str, at: datetime | None, session: Session) -> str | None:
        check = _CHECK_OF[item]
        if check is not None:
            recorded = getattr(session.checks, check)
            return None if recorded is None else _OF_CHECK[check](self, recorded.value)
        written = [(each, reading) for reading in readings(session) for each in reading.written]
        found = next(((each, reading) for each, reading in written if each.recorded_at == at), None)
        if found is None:
            return None
        signs, reading = found
        return self.signs(signs) if reading.signs is signs else f"{self.signs(signs)}, {self.word('put_right')}"

    def signs(self, signs: VitalSigns) -> str:
        """ "128/82 mmHg, 72/min, 98 %" and what else was looked at."""
        said = [
            f"{signs.blood_pressure.systolic}/{signs.blood_pressure.diastolic} mmHg",
            f"{signs.heart_rate}/min",
            f"SpO₂ {signs.oxygen_saturation} %",
        ]
        said += [] if signs.respiratory_rate is None else [f"{self.word('breaths')} {signs.respiratory_rate}"]
        said += [] if signs.moaas is None else [f"MOAA/S {signs.moaas}"]
        said += [self.words.groups["options"][f"symptoms_{each}"] for each in sorted(signs.symptoms)]
        return ", ".join(said)

    def word(self, name: str) -> str:
        return self.words.groups["found"][name]

    def moment(self, moment: datetime) -> str:
        return self.write.moment(moment, self.zone)

    def option(self, name: str, value: str) -> str:
        return self.words.groups["options"][f"{name}_{value}"]


def readings(session: Session) -> tuple[Reading, ...]:
    """All readings of a session, before the dose and since, by when they were made."""
    found = [each for among in ReadingList for each in standing(written_into(session, among))]
    return tuple(sorted(found, key=lambda each: each.signs.observed_at))


def _either(name: str) -> Callable[[_Writes, Any], str]:
    return lambda writes, value: writes.word(f"{name}_yes" if value else f"{name}_no")


def _escort(writes: _Writes, escort: Any) -> str:
    said = [escort.name, escort.phone, writes.word("picks_up").replace("{time}", writes.moment(escort.pick_up_at))]
    said += [] if escort.adult else [writes.word("not_adult")]
    said += [] if escort.reached_today else [writes.word("not_reached")]
    said += [writes.word("rideshare")] if escort.rideshare_only else []
    return ", ".join(said)


def _intake(writes: _Writes, intake: Any) -> str:
    ate = writes.word("ate").replace("{time}", writes.moment(intake.solids_at))
    drank = writes.word("drank").replace("{time}", writes.moment(intake.liquids_at))
    sprayed = intake.nasal_spray_at
    said = [
        ate,
        drank,
        *([] if sprayed is None else [writes.word("sprayed").replace("{time}", writes.moment(sprayed))]),
    ]
    return ", ".join(said)


def _substances(writes: _Writes, use: Any) -> str:
    recent, appears = "recent_yes" if use.recent else "recent_no", "intoxicated_yes" if use.intoxicated else ""
    return ", ".join(writes.word(each) for each in (recent, appears) if each)


def _program(writes: _Writes, program: Any) -> str:
    missing = [
        name for name in ("setting_certified", "patient_enrolled", "pulse_oximeter") if not getattr(program, name)
    ]
    return ", ".join(writes.word(f"no_{each}") for each in missing) or writes.word("program_met")


_OF_CHECK: Final[Mapping[str, Callable[[_Writes, Any], str]]] = {
    "identifiers": lambda writes, value: ", ".join(writes.option("identifiers", each) for each in sorted(value)),
    "weight": lambda writes, value: f"{value.kilograms.value:f} kg, {writes.write.day(value.measured_on)}",
    "reported_weight": lambda writes, value: f"{value.amount:f} {writes.option('unit', value.unit)}",
    "reconciliation": lambda writes, value: writes.word("allergic_yes" if value.allergic else "allergic_no"),
    "substances": _substances,
    "drug_screen": lambda writes, value: writes.option("drug_screen", value),
    "bladder": lambda writes, value: writes.word("bladder_yes" if value.symptoms else "bladder_no"),
    "intake": _intake,
    "pregnancy": lambda writes, value: writes.option("pregnancy", value),
    "suicide_risk": lambda writes, value: writes.option("suicide_risk", value),
    "escort": _escort,
    "equipment_ready": _either("equipment"),
    "emergency_contact": _either("contact"),
    "cures_reviewed_on": lambda writes, value: writes.write.day(value),
    "restricted_program": _program,
}
