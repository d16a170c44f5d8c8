"""Booking put right what it had said of an appointment: the patient came after all, to whatever kind of visit."""

from careflow_events.contracts import AppointmentCorrected, codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.application.reactions.on_evaluation import on_evaluation
from sessions.application.reactions.on_treatment import on_treatment


async def on_appointment_corrected(event: Received[AppointmentCorrected], tx: Transaction, ports: Ports) -> None:
    """The session of a treatment visit says so; whoever came to an evaluation is not waited for any more."""
    about = on_evaluation if event.data.kind is codes.AppointmentKind.EVALUATION else on_treatment
    await about(event, tx, ports)
