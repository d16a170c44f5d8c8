"""Who is closed, from the marks in `_owners`."""

from careflow_events.mongo.owners import owner_of
from careflow_events.mongo.unit import unit_of_work


class MongoClosings:
    """The `Closings` port of every consumer."""

    async def erased(self, subject: str) -> bool:
        """See `careflow_events.closing.Closings.erased`."""
        closing = await unit_of_work().closing(owner_of(subject))
        return closing is not None and closing.for_good
