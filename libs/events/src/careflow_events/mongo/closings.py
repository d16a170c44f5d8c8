"""Who is closed, from the marks in `_owners`."""

from careflow_events.mongo.owners import OWNERS, owner_of
from careflow_events.mongo.unit import Overtaken, unit_of_work


class MongoClosings:
    """The `Closings` port of every consumer."""

    async def erased(self, subject: str) -> bool:
        """See `careflow_events.closing.Closings.erased`. Nearly nobody is: it is read when the unit of work runs
        again.
        """
        unit, owner = unit_of_work(), owner_of(subject)
        if unit.again and await self._erased(owner):
            return True
        unit.take_for_open(owner)
        return False

    async def confirm(self, subject: str) -> None:
        """See `careflow_events.closing.Closings.confirm`."""
        owner = owner_of(subject)
        if await self._erased(owner):
            raise Overtaken(f"{OWNERS}/{owner}")

    async def _erased(self, owner: str) -> bool:
        closing = await unit_of_work().closing(owner)
        return closing is not None and closing.for_good
