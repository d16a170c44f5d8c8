"""What a service does by itself, under one lease and without Kafka: its deadlines fire, its effects are performed, its
audit trail is sealed.
"""

from careflow_service.timers.loop import Timers
from careflow_service.timers.sealing import Sealing

__all__ = ["Sealing", "Timers"]
