"""The controlled-drug log of one container: a vial, a package of troches, a box of devices.

Invariants: entries are appended, never changed or removed; received + overfill = administered + wasted + lost in the
hub + spilled + returned + destroyed + lost + handed out + on hand, always; what is drawn up stays on hand until it is
given or wasted; whatever leaves without being given, and overfill, counts once a second person has witnessed it with
their own login, or the case that it is in was judged (`drug_rulings`); a loss is said at once, witnessed or not.
Sources: 21 CFR 1304 (records), 1304.22(c) (residue of what was given is waste), 1317.05 and 1317.95 (stock goes to a
reverse distributor, or is destroyed by two); tolerances are the clinic's default.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import DomainError, conflict, forbidden, invalid, not_found
from sessions.domain.doses import Dose
from sessions.domain.drug_amounts import DrugQuantity, DrugUnit
from sessions.domain.drug_entries import ADDING, DISPOSALS, Draw, Entry, EntryKind, Witness
from sessions.domain.drug_items import Item
from sessions.domain.ids import ContainerId, DrawId, EntryId, LocationId, PackageId, SessionId, StaffId
from sessions.domain.units import Milligrams, Millilitres, total


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugLossReported(Fact):
    """Some of the drug is gone and nobody knows where."""

    location_id: LocationId
    container_id: ContainerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Container(Aggregate):
    """One container from receipt to empty; one patient's own where it has a `package_id`."""

    id: ContainerId
    location_id: LocationId
    item: Item
    package_id: PackageId | None = None
    draws: tuple[Draw, ...] = ()
    entries: tuple[Entry, ...]

    @classmethod
    def received(
        cls,
        container_id: ContainerId,
        location_id: LocationId,
        item: Item,
        entry_id: EntryId,
        *,
        by: StaffId,
        now: datetime,
        package_id: PackageId | None = None,
        arrived_at: datetime | None = None,
    ) -> Self:
        """It arrived, full: at `arrived_at` where that is entered afterwards. Refused: `ndc_missing`, and what
        `Item.must_hold_something` refuses.
        """
        item.must_hold_something()
        if item.ndc is None and package_id is None:
            raise invalid("ndc_missing", "Stock has an NDC; only what was compounded for one patient has none.")
        entry = Entry(id=entry_id, kind=EntryKind.RECEIVED, mass=item.labelled, by=by, at=now, happened_at=arrived_at)
        return cls(id=container_id, location_id=location_id, item=item, package_id=package_id, entries=(entry,))

    def sum_of(self, *kinds: EntryKind) -> Milligrams:
        """All that counts of these kinds, counter-entries taken off."""
        counting = [entry for entry in self.entries if entry.counts and entry.kind in kinds]
        added = total([entry.mass for entry in counting if entry.reverses is None])
        return added - total([entry.mass for entry in counting if entry.reverses is not None])

    @property
    def on_hand(self) -> Milligrams:
        """What must be there: in the container and drawn up."""
        return self.sum_of(*ADDING) - self.sum_of(*(kind for kind in EntryKind if kind not in ADDING))

    @property
    def opened(self) -> bool:
        """Whether anything was ever taken from it."""
        return bool(self.draws) or any(each.kind is not EntryKind.RECEIVED for each in self.entries)

    @property
    def in_container(self) -> Milligrams:
        """What must be there and is not drawn up: what a count finds."""
        return self.on_hand - total([self.open_of(draw) for draw in self.draws])

    def open_of(self, draw: Draw) -> Milligrams:
        """How much of a draw was neither given nor wasted yet."""
        settled = [entry for entry in self.entries if entry.draw_id == draw.id and entry.counts]
        out = total([entry.mass for entry in settled if entry.reverses is None])
        back = total([entry.mass for entry in settled if entry.reverses is not None])
        return draw.mass + back - out

    @property
    def unsettled(self) -> tuple[Draw, ...]:
        """Draws of which something is neither given nor wasted."""
        return tuple(draw for draw in self.draws if self.open_of(draw))

    @property
    def unsettled_since(self) -> datetime | None:
        """Since when something here waits to be settled or witnessed."""
        waiting = (entry.at for entry in self.unwitnessed)
        return min((*waiting, *(draw.at for draw in self.unsettled)), default=None)

    @property
    def unwitnessed(self) -> tuple[Entry, ...]:
        """The lines without a witness that were neither taken back nor entered anew."""
        return tuple(
            each for each in self.entries if not (each.counts or self._withdrawn(each) or self._replaced(each))
        )

    def since(self, draw_id: DrawId | None) -> datetime:
        """Since when something can have happened to what is in it, or to this draw of it: a draw that was entered late
        is no younger than what was given out of it. Refused: `draw_not_found`.
        """
        if draw_id is None:
            return self.entries[0].was_at or self.entries[0].at
        given = (each.given_at for each in self.entries if each.draw_id == draw_id and each.given_at is not None)
        return min((self._draw(draw_id).at, *given))

    def drawn(
        self,
        draw_id: DrawId,
        session_id: SessionId,
        amount: DrugQuantity,
        *,
        location_id: LocationId | None,
        by: StaffId,
        today: date,
        now: datetime,
    ) -> Self:
        """Drawn up, or taken out, for a session, which takes place at `location_id`. Refused: `container_elsewhere`,
        `container_expired`, `amount_invalid`, `container_exceeded`, and what `Item.mass_of` refuses.
        """
        if location_id != self.location_id:
            raise conflict("container_elsewhere", "The log has this container at another location than the session.")
        if today > self.item.expires_on:
            raise conflict("container_expired", "What is past its date goes back to the distributor.")
        mass = self.item.mass_of(amount)
        if not mass:
            raise invalid("amount_invalid", "A draw is more than nothing.")
        if mass > self.in_container:
            raise conflict("container_exceeded", "The log says there is not so much left; overfill is entered first.")
        volume = Millilitres(amount.value) if amount.unit is DrugUnit.MILLILITRE else None
        draw = Draw(id=draw_id, session_id=session_id, mass=mass, volume=volume, by=by, at=now)
        return replace(self.recording(), draws=(*self.draws, draw))

    def administered(self, entry_id: EntryId, session_id: SessionId, dose: Dose) -> Self:
        """A dose was given. Refused: `serial_used`, and what `gave` refuses."""
        given = Entry(
            id=entry_id,
            kind=EntryKind.ADMINISTERED,
            mass=dose.stated.mass,
            by=dose.given_by,
            at=dose.started_at,
            draw_id=dose.draw_id,
            serial=dose.serial,
        )
        after = self.gave(session_id, given)
        if dose.serial is not None and any(each.serial == dose.serial for each in self.entries):
            raise conflict("serial_used", "This device has been given.")
        return after

    def gave(self, session_id: SessionId, given: Entry) -> Self:
        """Given to the patient it was drawn for. Refused: `draw_not_found`, `draw_of_another_session`,
        `amount_invalid`, `pieces_not_whole`, `draw_exceeded`.
        """
        if self._draw(given.draw_id).session_id != session_id:
            raise conflict("draw_of_another_session", "This was drawn up for another session.")
        self.item.must_be_whole(given.mass)
        return self._settled(given)

    def entered(self, entry: Entry, *, overfill_percent: Decimal) -> Self:
        """Any other line; from a draw, or from the container itself where `draw_id` is None.

        Refused: `entry_forbidden` (receipt and administration have ways of their own), `amount_invalid`,
        `pieces_not_whole`, `not_a_package`, `disposal_missing`,
        `disposal_forbidden`, `residue_is_wasted`, `stock_is_not_waste`, `draw_not_found`,
        `draw_exceeded`, `container_exceeded`, `overfill_before_empty`, `overfill_too_much` (all of it together more
        than this share of the label).
        """
        if entry.kind in (EntryKind.RECEIVED, EntryKind.ADMINISTERED) or entry.reverses is not None:
            raise invalid("entry_forbidden", "A line of this kind is not entered by hand.")
        if not entry.mass:
            raise invalid("amount_invalid", "An entry is more than nothing.")
        self.item.must_be_whole(entry.mass)
        if entry.kind is EntryKind.HANDED_OUT and self.package_id is None:
            raise conflict("not_a_package", "Only what was dispensed for one patient is handed out, and to them.")
        self._must_go_the_right_way(entry)
        after = self._settled(entry) if entry.draw_id is not None else self._taken(entry, overfill_percent)
        if entry.kind is not EntryKind.LOST:
            return after
        return after.saying(DrugLossReported(at=entry.at, location_id=self.location_id, container_id=self.id))

    def _must_go_the_right_way(self, entry: Entry) -> None:
        """Residue of what was given is waste; stock of which nothing was given is inventory."""
        wanted = DISPOSALS.get(entry.kind)
        if wanted is None and entry.disposal is not None:
            raise invalid("disposal_forbidden", "Only what is returned, destroyed or handed out says where it went.")
        if wanted is not None and not isinstance(entry.disposal, wanted):
            raise invalid(
                "disposal_missing",
                "What is returned names its distributor, what is destroyed where and how, what is handed out to whom.",
            )
        if wanted is not None and entry.draw_id is not None:
            raise conflict("residue_is_wasted", "What was drawn up is residue: it is wasted before a witness.")
        given = any(each.kind is EntryKind.ADMINISTERED for each in self.entries)
        if entry.kind is EntryKind.WASTED and entry.draw_id is None and not given:
            raise conflict("stock_is_not_waste", "Nothing of this was given: it is returned, or destroyed by Form 41.")

    def _taken(self, entry: Entry, overfill_percent: Decimal) -> Self:
        if entry.kind is EntryKind.OVERFILL:
            if self.in_container:
                raise conflict("overfill_before_empty", "Overfill shows once the labelled amount is used up.")
            found = [each.mass for each in self.entries if each.kind is entry.kind and not self._void(each)]
            most = self.item.labelled.value * overfill_percent / 100
            if total([*found, entry.mass]).value > most:
                raise conflict("overfill_too_much", "No container holds so much more than its label says.")
        elif entry.mass > self.in_container:
            raise conflict("container_exceeded", "The log says there is not so much left.")
        return replace(self.recording(), entries=(*self.entries, entry))

    def witnessed(self, entry_id: EntryId, by: StaffId, *, window: timedelta, now: datetime) -> Self:
        """A second person confirms with their own login. Refused: `entry_not_found`, `already_witnessed`,
        `already_reversed`, `witness_is_actor`, `witness_too_late`, and what no longer fits the balance.
        """
        entry = self._entry(entry_id)
        if entry.counts:
            raise conflict("already_witnessed", "This entry waits for nobody.")
        if self.taken_back(entry):
            raise conflict("already_reversed", "This entry has been taken back.")
        if by in self.involved_in(entry):
            raise forbidden("witness_is_actor", "The witness is somebody else than who drew, gave or wasted it.")
        if not entry.waits(window, now):
            raise conflict("witness_too_late", "The time to witness this has passed; enter it anew with the witness.")
        return self.counting(replace(entry, witness=Witness(by=by, at=now)))

    def counting(self, confirmed: Entry) -> Self:
        """A line that was not confirmed is, and counts. Refused: `container_exceeded`."""
        self._must_fit(confirmed)
        entries = tuple(confirmed if each.id == confirmed.id else each for each in self.entries)
        return replace(self.recording(), entries=entries)

    def involved_in(self, entry: Entry) -> set[StaffId]:
        """Who had to do with a line: who entered it, who drew and who gave what it settles."""
        return {entry.by} | {draw.by for draw in self.draws if draw.id == entry.draw_id} | self._givers(entry)

    def waiting(self, window: timedelta, now: datetime) -> tuple[Entry, ...]:
        """The lines that a second person may still confirm."""
        return tuple(each for each in self.entries if each.waits(window, now) and not self.taken_back(each))

    def may_be_reversed(self, entry: Entry) -> bool:
        """Whether a counter-entry can take back this line."""
        return self._keeps(entry) is None

    def _keeps(self, entry: Entry) -> DomainError | None:
        """Why this line is not taken back."""
        if entry.reverses is not None or self._withdrawn(entry) or self._reversed(entry.id):
            return conflict("already_reversed", "This entry has been taken back.")
        if entry.kind in (EntryKind.RECEIVED, EntryKind.ADMINISTERED):
            return forbidden("entry_forbidden", "What was received or given is not taken back here.")
        return None

    def taken_back(self, entry: Entry) -> bool:
        """Whether a line that waits for its witness waits in vain: it, or what it takes back, was taken back."""
        return self._withdrawn(entry) or (entry.reverses is not None and self._reversed(entry.reverses))

    def entry(self, entry_id: EntryId) -> Entry:
        """One line. Refused: `entry_not_found`."""
        return self._entry(entry_id)

    def reversed(self, entry_id: EntryId, counter_id: EntryId, note: str, *, by: StaffId, now: datetime) -> Self:
        """A counter-entry takes back a line that was wrong; what was witnessed is taken back before a witness too, what
        never was is taken back as it is and waits for nobody any more. Refused: `entry_not_found`, `note_missing`,
        `already_reversed`, `entry_forbidden`, `container_exceeded`.
        """
        entry = self._entry(entry_id)
        if not note.strip():
            raise invalid("note_missing", "A counter-entry says what was wrong.")
        if refused := self._keeps(entry):
            raise refused
        unseen = replace(entry, id=counter_id, witness=None, ruling=None, happened_at=None)
        counter = replace(unseen, by=by, at=now, note=note, reverses=entry_id)
        if entry.counts:
            self._must_fit(counter)
        return replace(self.recording(), entries=(*self.entries, counter))

    def _settled(self, entry: Entry) -> Self:
        draw = self._draw(entry.draw_id)
        if not entry.mass:
            raise invalid("amount_invalid", "An entry is more than nothing.")
        if entry.kind in ADDING:
            raise invalid("entry_forbidden", "Overfill is found in the container, not in a draw.")
        if entry.mass > self.open_of(draw):
            raise conflict("draw_exceeded", "That is more than is left of what was drawn up.")
        return replace(self.recording(), entries=(*self.entries, entry))

    def _must_fit(self, entry: Entry) -> None:
        """Refused: `container_exceeded` when what this line takes is no longer there."""
        takes = (entry.kind in ADDING) is (entry.reverses is not None)
        available = self.open_of(self._draw(entry.draw_id)) if entry.draw_id else self.in_container
        if takes and entry.mass > available:
            raise conflict("container_exceeded", "There is not so much left to account for.")

    def _givers(self, entry: Entry) -> set[StaffId]:
        if entry.draw_id is None:
            return set()
        return {
            each.by for each in self.entries if each.kind is EntryKind.ADMINISTERED and each.draw_id == entry.draw_id
        }

    def _replaced(self, entry: Entry) -> bool:
        """Whether a line that was never witnessed was entered anew, and witnessed then."""
        if entry.reverses is not None:
            return self._reversed(entry.reverses)
        return any(
            each.at > entry.at
            and each.counts
            and (each.kind, each.mass, each.draw_id, each.reverses) == (entry.kind, entry.mass, entry.draw_id, None)
            for each in self.entries
        )

    def _void(self, entry: Entry) -> bool:
        """Whether this line takes something back, or was taken back itself."""
        return entry.reverses is not None or self._withdrawn(entry) or self._reversed(entry.id)

    def losses_between(self, start: datetime, end: datetime) -> tuple[Entry, ...]:
        """The losses that were entered in this time and not taken back."""
        lost = (each for each in self.entries if each.kind is EntryKind.LOST and start <= each.at < end)
        return tuple(each for each in lost if not self._void(each))

    @property
    def unseen(self) -> Milligrams:
        """What was taken from the container itself by lines that wait for their witness."""
        return total(
            [
                each.mass
                for each in self.unwitnessed
                if not (each.draw_id or each.kind in ADDING or each.reverses is not None)
            ]
        )

    def touched_between(self, start: datetime, end: datetime) -> bool:
        """Whether anything was entered or drawn in this time."""
        return any(start <= at < end for at in self._times)

    @property
    def touched_at(self) -> datetime:
        """When something was last entered or drawn."""
        return max(self._times)

    @property
    def _times(self) -> tuple[datetime, ...]:
        return (*(entry.at for entry in self.entries), *(draw.at for draw in self.draws))

    def drawn_for(self, session_id: SessionId) -> Milligrams:
        """What is drawn up for a session and neither given nor settled otherwise."""
        return total([self.open_of(draw) for draw in self.draws if draw.session_id == session_id])

    def _reversed(self, entry_id: EntryId) -> bool:
        """Whether a counter-entry that counts has taken this line back."""
        return any(each.counts and each.reverses == entry_id for each in self.entries)

    def _withdrawn(self, entry: Entry) -> bool:
        """Whether this line never counted and never will: it was taken back unseen, or takes back such a line."""
        if entry.counts:
            return False
        if entry.reverses is not None:
            return not self._entry(entry.reverses).counts
        return any(each.reverses == entry.id for each in self.entries)

    def _draw(self, draw_id: DrawId | None) -> Draw:
        found = next((draw for draw in self.draws if draw.id == draw_id), None)
        if found is None:
            raise not_found("draw")
        return found

    def _entry(self, entry_id: EntryId) -> Entry:
        found = next((entry for entry in self.entries if entry.id == entry_id), None)
        if found is None:
            raise not_found("entry")
        return found
