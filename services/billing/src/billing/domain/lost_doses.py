"""An integration is about a dose. Where that was not given there was nothing to miss and nothing to give up: it costs
nothing, whoever stayed away.
"""

from collections.abc import Iterable

from billing.domain.fee_cases import FeeCase
from billing.domain.ids import AppointmentId
from billing.domain.visits import Visit, VisitKind


def without_dose(fee: FeeCase, of_plan: Iterable[Visit], known: Iterable[FeeCase] = ()) -> bool:
    """Whether the lost visit is an integration whose dosing visit, the last one of its plan that begins before it, took
    place neither. One that was given up by the same decision does not count: one fee is for both. `of_plan` are the
    visits of the plan, `known` the patient's cases.
    """
    dose = _dose_before(fee.id, of_plan) if fee.kind is VisitKind.INTEGRATION else None
    return dose is not None and dose.is_lost and dose.id not in {each.id for each in fee.lost_with(known)}


def _dose_before(integration_id: AppointmentId, of_plan: Iterable[Visit]) -> Visit | None:
    visits = {each.id: each for each in of_plan}
    integration = visits.get(integration_id)
    if integration is None:
        return None
    doses = (each for each in visits.values() if each.kind is VisitKind.DOSING)
    before = (each for each in doses if each.starts_at < integration.starts_at)
    return max(before, key=lambda each: (each.starts_at, each.id), default=None)
