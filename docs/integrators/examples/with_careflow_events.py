"""Hear of new patients with careflow-events: python with_careflow_events.py BOOTSTRAP_SERVERS GROUP"""

import sys

from careflow_events.contracts import PatientRegistered
from careflow_events.kafka.subscriber import Received, Subscriber

subscriber = Subscriber(sys.argv[1], group=sys.argv[2])


@subscriber.on(PatientRegistered)
async def registered(event: Received[PatientRegistered]) -> None:
    print(event.subject, event.sequence, event.time, flush=True)


subscriber.run()
