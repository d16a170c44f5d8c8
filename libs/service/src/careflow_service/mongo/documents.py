"""One aggregate type in one collection, one document each: `{_id, version, guard, <open fields>, body}`.

The body is the whole aggregate, plain or encrypted with its owner's key; open fields exist for queries and indexes
only and hold nothing personal: what says whose it is, or what it is, is blind. Invariants: a document changes only from
the version a decision was made on, and never by an upsert on a version; writing an aggregate records its facts and
names it in the audit entry of the unit of work.

Inside `Work.run` whatever is read is guarded, so what a decision rests on cannot be overtaken by another commit:
documents of an owner by the owner's mark, others by their own version. What every command of a clinic reads and hardly
any changes (rooms, practitioners, a rota) is *looked at*, by the word `looked`, and not guarded.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Generic

from careflow_events.mongo.unit import Overtaken, Unit, current_unit, unit_of_work
from careflow_service.errors import DocumentMissing, OwnerErased, StaleVersion
from careflow_service.listed import Listed
from careflow_service.mongo.blinding import HASHED_WITH, Blinds
from careflow_service.mongo.bodies import A, Bodies
from careflow_service.mongo.client import Database, Document
from careflow_service.mongo.encrypted import EncryptedDocuments
from careflow_service.mongo.hashed import HashedDocuments
from careflow_service.mongo.looked import Looked, no_fields
from careflow_service.mongo.paging import Sort
from careflow_service.mongo.vault import Apart, Vault
from careflow_service.work import Transaction

WHOSE: Final = "patient_id"
"""The field that says whom a document is about: blind where its body is encrypted."""
PLACE: Final = "location_id"
"""The field that says which place a document is about; a place is nobody's to be erased."""
MOST_REMEMBERED: Final = 10_000
"""Of how many documents a process remembers whose they are."""
_OWN_FIELDS: Final = frozenset({"_id", "version", "guard", "body", HASHED_WITH})


class Documents(Generic[A]):
    """The documents of one aggregate type, as a service's adapters use them."""

    def __init__(
        self,
        database: Database,
        name: str,
        aggregate: type[A],
        *,
        fields: Callable[[A], Mapping[str, object]] = no_fields,
        blind: Collection[str] = (),
        owner: Callable[[A], str] | None = None,
        vault: Vault | None = None,
        apart: Apart | None = None,
    ) -> None:
        """`fields` gives the open fields of an aggregate, always the same ones; those named in `blind` are stored as
        keyed hashes and can be asked for, not read. `owner` says whose it is, a patient or a place; with `vault` the
        body is encrypted with that owner's key, or with the one for what is kept `apart`. Raises ValueError for a
        vault without owner, blind fields without vault.
        """
        if owner is None and vault is not None:
            raise ValueError("an encrypted body needs an owner")
        self._blinds = Blinds.of(name, blind, vault.blind_index if vault else None)
        self.looked = Looked(database, name, aggregate, fields=fields, blinds=self._blinds, owner=owner, vault=vault)
        """The same documents, only looked at: what is read is not guarded."""
        self._collection = database[name]
        self._name = name
        self._bodies = Bodies(aggregate)
        self._fields = fields
        self._owner = owner
        self._whose: dict[str, str] = {}
        self._vault = vault
        self._apart = apart
        if vault is not None:
            assert owner is not None  # as was just refused
            vault.holds(
                EncryptedDocuments(
                    database, self.looked, vault, name=name, owner=owner, apart=apart, belonging_to=self._belonging_to
                )
            )
            if self._blinds.names:
                vault.blind_index.holds(HashedDocuments(database, self.looked, fields=fields, blinds=self._blinds))

    async def get(self, id: str, *, of: str | None = None) -> A:  # noqa: A002 - the aggregate's own word
        """The aggregate `id`, of the owner `of` where that is known beforehand. Raises DocumentMissing, or OwnerErased
        where that is known to be the reason.
        """
        found = await self._find(id, of)
        if found is None:
            if self._vault is not None and await self._vault.erased(of or id):
                raise OwnerErased
            raise DocumentMissing
        return found

    async def find(self, id: str, *, of: str | None) -> A | None:  # noqa: A002 - the aggregate's own word
        """The aggregate `id`, or None. Within a unit of work `of` says whose it would be: that it is missing is a
        reading like any other and must not be overtaken.
        """
        if current_unit() is not None and self._owner is not None and of is None:
            raise ValueError(f"{self._name}: somebody may add what is missing here; say whose it would be")
        unit = current_unit()
        if unit is None or of is None or unit.knows(of):
            return await self._find(id, of)
        found = await self._find(id, of)
        mark = await unit.mark(of)  # so that what is missing is asked for once by whoever goes on from here
        if found is None and mark.version is not None:
            # It may have been added after it was asked for here and before the mark was read. Of an owner without a
            # mark nothing was ever added.
            return await self._find(id, of)
        return found

    async def one(self, *, of: str | None, **fields: object) -> A | None:
        """The aggregate of the owner `of` with these open fields, which together are unique, or None; as this unit of
        work leaves it, where it has put one.
        """
        unit = current_unit()
        if unit is None:
            return await self.looked.one(**fields)
        for put in unit.put_in(self._name):
            if self._has(put, fields):
                return put  # type: ignore[return-value]  # as in _find
        await unit.mark(self._named(of))
        found = await self.looked.one(**fields)
        if found is None or unit.is_put(self._key(found)):
            return None
        return self._noted(found, unit, sure=self._owner_of(found) == of)

    async def many(
        self,
        query: Mapping[str, Any],
        *,
        of: str | None,
        sort: Sort = (("_id", 1),),
        limit: int,
        after: str | None = None,
    ) -> list[A]:
        """As `looked.many`, for documents of the owner `of`. Raises AskedAfterWriting."""
        unit = current_unit()
        if unit is None:
            return await self.looked.many(query, sort=sort, limit=limit, after=after)
        unit.confirm_unchanged(self._name)
        await unit.mark(self._named(of))
        found = await self.looked.many(query, sort=sort, limit=limit, after=after)
        return [self._noted(each, unit, sure=self._owner_of(each) == of) for each in found]

    async def all(self, query: Mapping[str, Any], *, of: str | None, sort: Sort = (("_id", 1),)) -> list[A]:
        """All of the owner `of` that match open fields, however many: what is decided or summed up rests on every one.
        Raises AskedAfterWriting.
        """
        unit = current_unit()
        if unit is None:
            return await self.looked.all(query, sort=sort)
        unit.confirm_unchanged(self._name)
        await unit.mark(self._named(of))
        found = await self.looked.all(query, sort=sort)
        return [self._noted(each, unit, sure=self._owner_of(each) == of) for each in found]

    async def page(
        self, query: Mapping[str, Any], *, sort: Sort = (("_id", 1),), limit: int, after: str | None
    ) -> Listed[A]:
        """See `Looked.page`: nobody decides on a page."""
        return await self.looked.page(query, sort=sort, limit=limit, after=after)

    def every_of(self, owner: str) -> AsyncIterator[A]:
        """See `Looked.every`: all that an erasure of this owner would take."""
        return self.looked.every(self._belonging_to(owner))

    def cursor(self, last: A, sort: Sort = (("_id", 1),)) -> str:
        """See `Looked.cursor`."""
        return self.looked.cursor(last, sort)

    async def earliest(self, field: str, query: Mapping[str, Any] | None = None) -> tuple[datetime, str] | None:
        """See `Looked.earliest`."""
        return await self.looked.earliest(field, query)

    async def add(self, aggregate: A, tx: Transaction) -> None:
        """Stores a new aggregate with the commit. A taken id or unique open field makes the unit of work run once
        more: read first.
        """
        self._put(aggregate, tx, base=None)

    async def save(self, aggregate: A, *, expecting: int, tx: Transaction) -> None:
        """Replaces the aggregate with the commit; it was at version `expecting` when the change was decided. Raises
        StaleVersion, also for a version that does not exist yet: `expecting` may be what a client claims to have seen.
        """
        before = unit_of_work().seen(self._key(aggregate))
        if aggregate.version <= expecting or (before is not None and before.version != expecting):  # type: ignore[attr-defined]
            raise StaleVersion
        self._put(aggregate, tx, base=expecting)

    async def _find(self, id: str, of: str | None) -> A | None:  # noqa: A002 - the aggregate's own word
        unit = current_unit()
        if unit is None:
            return await self.looked.find(id)
        seen = unit.seen((self._name, id))
        if seen is not None:
            return seen  # type: ignore[return-value]  # put there under this name by this very class
        expected = of or self._whose.get(id)
        sure = unit.knows(expected)
        if expected is not None and self._owner is not None:
            unit.about(expected)
        found = await self.looked.find(id)
        if found is None:
            return None
        owner = self._owner_of(found)
        if owner is not None:
            unit.about(owner)
        return self._noted(found, unit, sure=sure and owner == expected)

    def _owner_of(self, aggregate: A) -> str | None:
        """Whose it is, remembered: that never changes, so the mark of the next who asks is read beside it."""
        if self._owner is None:
            return None
        owner = self._owner(aggregate)
        if len(self._whose) >= MOST_REMEMBERED:
            self._whose.clear()
        self._whose[str(aggregate.id)] = owner
        return owner

    def _named(self, of: str | None) -> str:
        if self._owner is None or of is None:
            raise ValueError(f"{self._name}: what belongs to nobody can only be looked at, but by its id")
        return of

    def _has(self, put: object, fields: Mapping[str, object]) -> bool:
        """Whether something put in this unit of work would be found by these open fields."""
        has = {**self._fields(put), "_id": str(put.id)}  # type: ignore[arg-type, attr-defined]  # as in _find
        return all(has.get(name) == value or value in _several(has.get(name)) for name, value in fields.items())

    def _noted(self, found: A, unit: Unit, *, sure: bool) -> A:
        """What was read, remembered by the unit of work. Raises Overtaken when it was read before and has changed."""
        seen = unit.seen(self._key(found))
        if seen is not None and seen.version != found.version:  # type: ignore[attr-defined]  # as above
            raise Overtaken(f"{self._name}/{found.id}")
        if seen is None:
            unit.read(self._key(found), found.version, found, sure=sure)
        return found

    def _put(self, aggregate: A, tx: Transaction, *, base: int | None) -> None:
        self._confirm_fields(aggregate)
        self._confirm_found_by_owner(aggregate)

        async def document(first: bool) -> Document:
            return await self._document(aggregate, first=first)

        unit, key = unit_of_work(), self._key(aggregate)
        owner, before = self._owner_of(aggregate), unit.seen(key)
        if before is not None and self._owner is not None and (former := self._owner(before)) != owner:  # type: ignore[arg-type]  # as in _find
            unit.change(former)  # whoever decided about them on this document decides anew, too
        # Remembered as it will be read again: with its facts it would say them once more when it is put again.
        unit.put(key, replace(aggregate, facts=()), document, base=base, owner=owner)  # type: ignore[type-var]  # a dataclass
        tx.record(aggregate.facts)
        tx.touched(f"{self._name}/{aggregate.id}@{aggregate.version}")

    def _key(self, aggregate: A) -> tuple[str, str]:
        return (self._name, str(aggregate.id))

    def _confirm_fields(self, aggregate: A) -> None:
        fields = self._fields(aggregate).keys()
        if clash := _OWN_FIELDS & fields:
            raise ValueError(f"open fields must not be called {', '.join(sorted(clash))}")
        if self._vault is not None and WHOSE in fields - self._blinds.names:
            raise ValueError(f"{self._name}: what is encrypted does not say openly whose it is: {WHOSE} must be blind")
        if unknown := self._blinds.names - fields:
            raise ValueError(f"no field is called {', '.join(sorted(unknown))}, so it cannot be blind")

    def _belonging_to(self, owner: str) -> Mapping[str, object]:
        """How the documents of an owner are found, whatever is in them."""
        if WHOSE in self._blinds.names:
            return self._blinds.asked({WHOSE: owner})
        return {"_id": owner}

    def _confirm_found_by_owner(self, aggregate: A) -> None:
        """What is encrypted must be found by whose it is, or an erasure would leave it behind."""
        if self._vault is None or self._owner is None or WHOSE in self._blinds.names:
            return
        owner = self._owner(aggregate)
        if owner != str(aggregate.id) and self._fields(aggregate).get(PLACE) != owner:
            raise ValueError(f"{self._name}: nothing says whose a document is: {WHOSE} must be a blind field")

    async def _document(self, aggregate: A, *, first: bool) -> Document:
        """`first`: nothing was ever written for its owner."""
        body = await self._sealed_body(aggregate, first=first)
        return {
            "_id": str(aggregate.id),
            "version": aggregate.version,
            "guard": 0,
            **self._blinds.hidden(self._fields(aggregate)),
            "body": body,
        }

    async def _sealed_body(self, aggregate: A, *, first: bool) -> object:
        if self._owner is None or self._vault is None:
            return self._bodies.to_document(aggregate)
        body = self._bodies.to_bytes(aggregate)
        return await self._vault.encrypt(self._owner(aggregate), body, first=first, apart=self._apart)


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
