"""The questions before a dosing visit were assessed."""

from careflow_events.contracts import PreSessionScreenAssessed, session_codes
from careflow_events.subscription import Received
from careflow_service.work import Transaction
from sessions.application.eligibility_reactions import noting
from sessions.application.ports import Ports
from sessions.domain.eligibility import PreSessionScreen, ScreenResult
from sessions.domain.ids import RequestId


async def on_pre_session_screen(event: Received[PreSessionScreenAssessed], tx: Transaction, ports: Ports) -> None:
    """A result this version does not know is a prescriber's to look at."""
    data = event.data
    known = data.result is not session_codes.ScreenResult.UNKNOWN
    screen = PreSessionScreen(
        request_id=RequestId(data.request_id),
        completed_at=data.completed_at,
        valid_until=data.valid_until,
        result=ScreenResult(data.result.value) if known else ScreenResult.PRESCRIBER_DECIDES,
        heard_at=tx.now,
    )
    await noting(data.patient_id, tx, ports, lambda each: each.screened(screen))
