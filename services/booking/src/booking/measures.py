"""What operators watch of booking's store, in one table; read by `timers`."""

from booking import metrics
from booking.application.ports import Ports
from careflow_service.measures import Measure, seconds_past


async def _failing(ports: Ports) -> float:
    return seconds_past(await ports.alarms.first_failing(), ports.clock)


MEASURES: tuple[Measure[Ports], ...] = (Measure(metrics.DESK_ALARM_FAILING, _failing),)
