"""How much was given of a dose, when it began or when it ended was recorded wrong, and is put right.

Invariants: what was written down stays, with who wrote what when and why; further doses, and how long the patient is
watched, are judged by the most and the latest that was ever written down; the drug log is put right with it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from careflow_domain.errors import conflict, invalid, not_found
from sessions.domain.corrections import Corrector
from sessions.domain.doses import Dose, DoseRecord, StatedDose
from sessions.domain.drug_amounts import FINEST, DrugQuantity, DrugUnit, Pieces
from sessions.domain.infusion import Infusion, StepKind
from sessions.domain.policy import SessionsPolicy
from sessions.domain.sessions import Session
from sessions.domain.units import Milligrams, Millilitres


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseAmendment:
    """What should have been written down of a dose; None is right as it was. The milligrams follow from the volume, or
    from how many pieces it was.
    """

    amount: DrugQuantity | None = field(default=None, repr=False)
    started_at: datetime | None = None
    ended_at: datetime | None = None


def dose_corrected(
    session: Session, number: int, amendment: DoseAmendment, corrector: Corrector, policy: SessionsPolicy
) -> Session:
    """A dose is put right; `number` is its place, counted from 0. Refused: `dose_not_found`, `dose_running`,
    `volume_missing`, `unit_mismatch`, `pieces_not_whole`, `device_content`, `times_invalid`, `nothing_corrected`,
    and what `Corrector.must_be_allowed` refuses.
    """
    if not 0 <= number < len(session.doses):
        raise not_found("dose")
    was = session.doses[number]
    if was.ended_at is None:
        raise conflict("dose_running", "The dose has not ended.")
    ended = min([was.ended_at, *(each.ended_at for each in was.earlier if each.ended_at is not None)])
    corrector.must_be_allowed({was.given_by, *(each.by for each in was.earlier)}, ended, policy)
    stated = was.stated if amendment.amount is None else _of_amount(was, amendment.amount)
    put_right = replace(
        was,
        stated=stated,
        started_at=amendment.started_at or was.started_at,
        ended_at=amendment.ended_at or was.ended_at,
    )
    if put_right == was:
        raise invalid("nothing_corrected", "A correction says something else than what was recorded.")
    record = DoseRecord(
        stated=was.stated,
        started_at=was.started_at,
        ended_at=was.ended_at,
        by=corrector.by,
        at=corrector.now,
        reason=corrector.reason,
    )
    put_right = replace(put_right, earlier=(*was.earlier, record))
    doses = (*session.doses[:number], put_right, *session.doses[number + 1 :])
    _must_follow(doses, session.started_at, corrector.now)
    return replace(session.recording(), doses=doses)


def _of_amount(dose: Dose, amount: DrugQuantity) -> StatedDose:
    if dose.serial is not None:
        raise invalid("device_content", "One dose is the content of one device.")
    if dose.stated.pieces is not None:
        piece = dose.stated.pieces.piece
        if amount.unit is not piece.unit:
            raise invalid("unit_mismatch", "The label of this container counts in another unit.")
        pieces = Pieces(number=amount.value, piece=piece)
        return StatedDose(mass=pieces.mass, pieces=pieces)
    if amount.unit is not DrugUnit.MILLILITRE:
        raise invalid("unit_mismatch", "The label of this container counts in another unit.")
    if dose.stated.concentration is None:
        raise invalid("volume_missing", "A dose is stated by its volume and the concentration of what it is from.")
    volume = Millilitres(amount.value)
    mass = Milligrams(dose.stated.concentration.times(volume).value.quantize(FINEST))
    return StatedDose(mass=mass, volume=volume, concentration=dose.stated.concentration)


def _must_follow(doses: tuple[Dose, ...], began: datetime | None, now: datetime) -> None:
    """One dose after the other, within the session; one outside the gate was given whenever it was. Refused:
    `times_invalid`.
    """
    last = began
    for dose in doses:
        ended = dose.ended_at or now
        follows = dose.outside is not None or last is None or dose.started_at >= last
        if not follows or ended < dose.started_at or ended > now:
            raise invalid("times_invalid", "A dose begins before it ends, after the one before it, and not after now.")
        if dose.infusion is not None and not _holds(dose, dose.infusion):
            raise invalid("times_invalid", "What was done to the pump lies within its dose.")
        last = last if dose.outside else ended


def _holds(dose: Dose, infusion: Infusion) -> bool:
    at = [each.at for each in infusion.steps if each.kind is not StepKind.ENDED]
    return dose.started_at <= min(at) and (dose.ended_at is None or max(at) <= dose.ended_at)
