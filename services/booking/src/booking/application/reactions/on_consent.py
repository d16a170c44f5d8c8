"""Reactions to consents: what visits must wait for when one has ended."""

from typing import TypeVar

from booking.application.care_path_reactions import treating
from booking.application.ports import Ports
from booking.domain.course import Consent, ConsentCategory
from booking.domain.ids import ConsentId
from careflow_events import contracts
from careflow_events.subscription import Received
from careflow_service.work import Transaction

C = TypeVar("C", bound=contracts.ConsentEvent)


async def on_consent_signed(event: Received[contracts.ConsentSigned], tx: Transaction, ports: Ports) -> None:
    category = _category(event.data)
    if category is not None:
        renews = tuple(ConsentId(each) for each in event.data.renews)
        signed = Consent(ConsentId(event.data.consent_id), category, in_force=True, renews=renews)
        await treating(event, tx, ports, lambda course: course.consent_signed(signed))


async def on_consent_ended(event: Received[C], tx: Transaction, ports: Ports) -> None:
    category = _category(event.data)
    if category is not None:
        ended = Consent(ConsentId(event.data.consent_id), category, in_force=False)
        await treating(event, tx, ports, lambda course: course.consent_ended(ended))


def _category(data: contracts.ConsentEvent) -> ConsentCategory | None:
    """None for a consent no visit depends on."""
    return next((each for each in ConsentCategory if each.value == data.category.value), None)
