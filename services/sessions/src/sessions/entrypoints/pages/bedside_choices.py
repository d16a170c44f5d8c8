"""What one chooses among on the forms of the bedside, as it stands now: readings, doses, containers, draws, lines."""

from collections.abc import Sequence

from careflow_service.pages.asking import Option
from sessions.application.queries.read_bedside import Bedside
from sessions.domain.clinic_day import on_the_wall
from sessions.domain.corrections import ReadingList, written_into
from sessions.domain.drug_amounts import DrugUnit
from sessions.domain.drug_log import Container
from sessions.domain.readings import standing
from sessions.domain.units import Milligrams


def readings(seen: Bedside) -> Sequence[Option]:
    """Every observation as it stands, the newest first, and how it reads."""
    found = [
        (each.signs, f"{among}/{each.number}")
        for among in ReadingList
        for each in standing(written_into(seen.session, among))
    ]
    newest_first = sorted(found, key=lambda pair: pair[0].observed_at, reverse=True)
    return [
        (
            which,
            f"{on_the_wall(each.observed_at, seen.timezone):%H:%M} · "
            f"{each.blood_pressure.systolic}/{each.blood_pressure.diastolic} mmHg · {each.heart_rate}/min · "
            f"SpO₂ {each.oxygen_saturation} %",
            each.by,
        )
        for each, which in newest_first
    ]


def doses(seen: Bedside) -> Sequence[Option]:
    """Every dose that is over, and how it reads."""
    return [
        (
            str(number),
            f"{on_the_wall(dose.started_at, seen.timezone):%H:%M} – "
            f"{on_the_wall(dose.ended_at, seen.timezone):%H:%M} · "
            f"{dose.stated.mass.value.normalize():f} mg",
            dose.given_by,
        )
        for number, dose in enumerate(seen.session.doses)
        if dose.ended_at is not None
    ]


def doses_drawn(seen: Bedside) -> Sequence[Option]:
    """Of what is drawn up for this session, what its dose is given with."""
    return drawn_from(seen, [each for each in seen.containers or () if seen.is_ordered(each.item.drug)])


def kept_in(among: Sequence[Container]) -> Sequence[Option]:
    """Those of these containers there is something left in, and how they read."""
    return [
        (str(each.id), f"{_label(each)} · {each.item.lot} · {_amount(each, each.in_container)}")
        for each in among
        if each.in_container
    ]


def medicines_drawn(seen: Bedside) -> Sequence[Option]:
    """Of what is drawn up for this session, what is given beside the dose."""
    return drawn_from(seen, [each for each in seen.containers or () if not seen.is_ordered(each.item.drug)])


def draws(seen: Bedside) -> Sequence[Option]:
    """What is drawn up for this session and not settled, and how it reads."""
    return drawn_from(seen, seen.containers or ())


def drawn_from(seen: Bedside, among: Sequence[Container]) -> Sequence[Option]:
    """What is drawn up for this session out of these containers, and how it reads."""
    return [
        (
            f"{container.id}/{draw.id}",
            f"{_label(container)} · {_amount(container, draw.mass)}, {container.open_of(draw).value.normalize():f} mg",
            draw.by,
        )
        for container in among
        for draw in container.unsettled
        if draw.session_id == seen.session.id
    ]


def waiting(seen: Bedside) -> Sequence[Option]:
    """Lines of the log that a second person has still to confirm, and how they read."""
    return [
        (
            f"{line.container.id}/{line.entry.id}",
            f"{_label(line.container)} · {line.entry.mass.value.normalize():f} mg",
            line.entry.by,
        )
        for line in seen.unseen
    ]


def containers(seen: Bedside) -> Sequence[Option]:
    """What there is something left in that may be taken, and how it reads."""
    return kept_in([each for each in seen.containers or () if seen.may_take(each)])


def in_pieces(containers: Sequence[Container]) -> bool:
    """Whether some of these are counted, and not measured."""
    return any(each.item.piece is not None for each in containers)


def for_dose(seen: Bedside) -> Sequence[Container]:
    """What something is drawn up from for the dose of this session."""
    return [
        each
        for each in seen.containers or ()
        if seen.is_ordered(each.item.drug) and any(draw.session_id == seen.session.id for draw in each.unsettled)
    ]


def unsettled(seen: Bedside) -> Sequence[Container]:
    """What something is drawn up from for this session and not settled."""
    return [
        each for each in seen.containers or () if any(draw.session_id == seen.session.id for draw in each.unsettled)
    ]


def unit_sign(unit: DrugUnit) -> str:
    """As it is written behind an amount."""
    return "mL" if unit is DrugUnit.MILLILITRE else unit.value


def _label(container: Container) -> str:
    """By the end of its id, too, as in the log: two vials of one lot read alike."""
    item = container.item
    return f"{item.drug} {item.strength.normalize():f} mg/{unit_sign(item.unit)} (…{container.id[-4:]})"


def _amount(container: Container, mass: Milligrams) -> str:
    amount = container.item.quantity_of(mass)
    return f"{amount.value.normalize():f} {unit_sign(amount.unit)}"
