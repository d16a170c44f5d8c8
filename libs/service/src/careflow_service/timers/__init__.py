"""What a service does by itself: its deadlines fire and its effects are performed, under leases, without Kafka."""

from careflow_service.timers.loop import Timers

__all__ = ["Timers"]
