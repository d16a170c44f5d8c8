"""What operators watch of screening's store, in one table; read by `timers`."""

from careflow_service.measures import Measure, seconds_past
from screening import metrics
from screening.application.ports import Ports


async def _unanswered(ports: Ports) -> float:
    return seconds_past(await ports.alerts.first_unanswered(), ports.clock)


MEASURES: tuple[Measure[Ports], ...] = (Measure(metrics.ALERT_UNANSWERED, _unanswered),)
