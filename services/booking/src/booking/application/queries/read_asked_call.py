"""The call that somebody is asked to confirm, for whoever has the link: when and how, and nothing of who asked for it.
Who read it is kept.
"""

from dataclasses import dataclass

from booking.application.commands.confirm_info_call import call_by_link
from booking.application.ports import Ports
from booking.application.results import Scheduled
from careflow_service.identity import Actor


@dataclass(frozen=True, slots=True)
class ReadAskedCall:
    """Raises `appointment_not_found`, and `hold_expired` where the time was given back."""

    ports: Ports

    async def __call__(self, link: str, actor: Actor) -> Scheduled:
        call = await call_by_link(link, self.ports)
        await self.ports.audit.read(actor, "read_asked_call", f"appointments/{call.id}")
        return Scheduled.of(call)
