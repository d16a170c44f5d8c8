"""How a process that stops gives its leases back."""

from careflow_events.lease import HeldLease
from careflow_service.telemetry.logs import log


async def give_back(lease: HeldLease, name: str) -> None:
    """So that a successor need not wait for its expiry; a store that is away is logged and keeps nobody from ending."""
    try:
        await lease.release()
    except Exception as error:
        log.warning("lease_not_released", lease=name, exc_info=error)
