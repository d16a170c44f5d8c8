"""What must hold, beyond the store, before a process of screening takes work, and what is said of it until it does."""

from screening.application.use_cases import Screening
from screening.domain.rota import LEAST_CHANNELS


async def people_can_be_reached(screening: Screening) -> bool:
    """Without two kinds of channel, or with somebody on the rota who is reached by less, a page would go nowhere: the
    process is not ready.
    """
    channels = screening.ports.notifier.channels()
    rota = await screening.ports.rotas.look()
    return len(channels) >= LEAST_CHANNELS and (rota is None or not rota.unreachable(channels))


async def somebody_is_on_the_rota(screening: Screening) -> bool:
    """Until a rota is drawn up nobody is paged, whatever is said: every page of an alert would go nowhere."""
    return await screening.ports.rotas.look() is not None
