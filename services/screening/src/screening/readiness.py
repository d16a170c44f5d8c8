"""What must hold, beyond the store, before a process of screening takes work."""

from screening.application.use_cases import Screening

LEAST_CHANNELS = 2


async def people_can_be_reached(screening: Screening) -> bool:
    """Without at least two kinds of channel nobody could be paged: the process is not ready."""
    return len(screening.ports.notifier.channels()) >= LEAST_CHANNELS
