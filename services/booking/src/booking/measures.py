"""What operators watch of booking's store, in one table; read by `timers`."""

from booking import metrics
from booking.application.ports import Ports
from careflow_domain.business_days import end_of
from careflow_service.measures import Measure, seconds_past


async def _failing(ports: Ports) -> float:
    return seconds_past(await ports.alarms.first_failing(), ports.clock)


async def _late(ports: Ports) -> float:
    due = await ports.record_requests.first_due()
    return seconds_past((end_of(due[0], ports.zone), due[1]) if due else None, ports.clock)


MEASURES: tuple[Measure[Ports], ...] = (
    Measure(metrics.DESK_ALARM_FAILING, _failing),
    Measure(metrics.RECORD_REQUEST_LATE, _late),
)
