"""Somebody asked for a patient's record: what is waited for of the share that is here stands as a task."""

from typing import TypeVar

from careflow_events.contracts import RecordRequestChanged, RecordRequested
from careflow_events.subscription import Received
from careflow_service.disclosing.hearing import hear_of_request
from careflow_service.work import Transaction
from sessions.application.ports import Ports

Said = TypeVar("Said", RecordRequested, RecordRequestChanged)


async def on_record_request(event: Received[Said], tx: Transaction, ports: Ports) -> None:
    """As it stands now, whichever of its news comes."""
    said = event.data
    section = said.for_sessions.value
    if section is not None:
        await hear_of_request(said.record_request_id, said.patient_id, section.due_on, section.parts, tx, ports)
