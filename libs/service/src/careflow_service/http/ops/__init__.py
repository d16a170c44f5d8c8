"""What operators ask and do: where things stand and an event is, what becomes of parked ones, what is fed again, how a
restore ends, and what auditors ask.

The same routes in every service, under its own access rows. Invariant: nothing here changes state unless asked not to
be a dry run; events are shown by their names and codes, never by their content.
"""

from typing import Final

from careflow_service.http.ops import audit, consumer, drain, outbox, parked, restore, trace, webhooks

ROUTERS: Final = (
    drain.router,
    parked.router,
    consumer.router,
    outbox.router,
    restore.router,
    trace.router,
    audit.router,
    webhooks.router,
)
"""The `/ops` routes of every service; what they stand on is the application's `console`."""
