"""What billing waits for and does by itself, in one table; run by `timers`, which needs no Kafka."""

from billing.application.deadlines.issue_statements import issue_statements, next_step
from billing.application.deadlines.miss_estimate import miss_estimate
from billing.application.fees import settle_fee
from billing.application.ports import Ports
from careflow_service.deadlines import Deadline

DEADLINES: tuple[Deadline[Ports], ...] = (
    Deadline("miss_estimate", next=lambda ports: ports.estimates.next_due(), fire=miss_estimate),
    Deadline("settle_fee", next=lambda ports: ports.fees.next_due(), fire=settle_fee),
    Deadline("issue_statements", next=next_step, fire=issue_statements),
)
