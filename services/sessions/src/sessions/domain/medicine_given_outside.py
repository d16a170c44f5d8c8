"""A medicine that was given although its order did not allow it, or nobody had ordered it, is written down as that.

Invariants: nothing is allowed by it; it counts with everything else that was given of the medicine; what cannot have
been is refused, and so is what the ordinary way takes.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from careflow_domain.errors import DomainError, conflict, invalid
from sessions.domain.administrations import Administration, OrderBasis
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_giving import Situation
from sessions.domain.medicines import MedicineTerms
from sessions.domain.what_happened import must_have_been_given, must_have_been_there

SAME_WITHIN = timedelta(minutes=1)
"""As much of the same within this time is one dose, written down twice."""


def given_as(order_id: str | None, terms: MedicineTerms | None) -> str | MedicineTerms:
    """The order it was meant to be given by, or what was given where nobody had ordered it. Refused:
    `medicine_or_order`.
    """
    if order_id is not None and terms is None:
        return order_id
    if terms is not None and order_id is None:
        return terms
    raise invalid("medicine_or_order", "Either the order it was given by is named, or what was given without one.")


def must_have_been(judged: Situation, given: Administration) -> None:
    """Refused: `reason_missing`, `medicine_recorded_already`, and what `must_have_been_there`, `must_have_been_given`
    and, of what nobody ordered, `MedicineTerms.must_make_sense` refuse.
    """
    assert given.outside is not None
    must_have_been_there(judged.session)
    must_have_been_given(judged.session, given.given_at, judged.policy, now=judged.now)
    if not given.outside.reason.strip():
        raise invalid("reason_missing", "Of what is given outside its order it is written down why.")
    if given.order.basis is OrderBasis.NONE:
        given.order.terms.must_make_sense(judged.policy, from_log=given.drawn is not None)
    elif not given.amount:
        raise invalid("amount_invalid", "What was given is more than nothing.")
    for each in judged.same(given.order.terms):
        if each.amount == given.amount and abs(each.given_at - given.given_at) < SAME_WITHIN:
            raise conflict("medicine_recorded_already", "This is on record: so much of it, at this time.")


def against(
    judged: Situation, given: Administration, of_order: Iterable[DomainError], *, allergic: bool
) -> Iterator[str]:
    """All that stood against it, by the codes of the refusals; `of_order` is why its order did not count then."""
    order, at = given.order, given.given_at
    if order.basis is OrderBasis.NONE:
        found = [conflict("medicine_not_ordered", "Nobody had ordered it.")]
        found += judged.allergy_objections(order, allergic=allergic)
    else:
        found = [*of_order, *judged.objections(order, at, allergic=allergic)]
        found += judged.amount_objections(order, given.amount)
    found += judged.draw_objections(order, given.drawn)
    yield from (each.code for each in (*found, *judged.too_late(at)))


def gave_outside(judged: Situation, given: Administration) -> MedicationRecord:
    """It is on record, with its mark. Refused: `order_allows_it`."""
    assert given.outside is not None
    if not given.outside.against:
        raise conflict("order_allows_it", "Its order allows it: it is written down the ordinary way.")
    return judged.record.gave_outside(given)
