"""A service's share of a patient's record: who may hand out which part of it, and of what it is made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from careflow_domain.aggregate import Aggregate
from careflow_domain.disclosures import CoversRecord, Disclosure, RecordPart
from careflow_domain.wanted_shares import WantedShare
from careflow_service.identity import Role
from careflow_service.listed import Listed
from careflow_service.work import Transaction

Piece = tuple[str, Aggregate]
"""A document of the record, and what kind it is, in a word."""


class Disclosures(Protocol):
    """What was handed out of the records of patients."""

    async def get(self, disclosure_id: str, /) -> Disclosure:
        """Refused: `disclosure_not_found`."""

    async def of_patient(self, patient_id: str, /, *, limit: int, after: str | None) -> Listed[Disclosure]:
        """The newest first."""

    async def all_of(self, patient_id: str, /) -> Sequence[Disclosure]:
        """All of a patient's, for a decision."""

    async def add(self, disclosure: Disclosure, /, tx: Transaction) -> None: ...


class WantedShares(Protocol):
    """What is waited for of this service's share of records."""

    async def find(self, request_id: str, /, *, of: str | None) -> WantedShare | None: ...

    async def waiting(self, limit: int, after: str | None) -> Listed[WantedShare]:
        """What is open, what is due first at the top; for a reader."""


class KeptShares(WantedShares, Protocol):
    """The same in a service that hears of it, and keeps it."""

    async def add(self, share: WantedShare, /, tx: Transaction) -> None: ...

    async def save(self, share: WantedShare, /, *, expecting: int, tx: Transaction) -> None: ...


class Consent(CoversRecord, Protocol):
    """A consent to disclose what is about substance use, as it is on record."""

    @property
    def patient_id(self) -> str: ...

    def scope_in_words(self) -> Mapping[str, Any]:
        """What goes with each copy that is made on it (42 CFR 2.32(b))."""


async def _nobody(_: str) -> Sequence[str]:
    return ()


def _as_it_is(_: Aggregate, __: dict[str, Any]) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOfRecord:
    """The share of `service`. `parts` are those it holds, each with who hands it out. `pieces` yields what a disclosure
    hands out, one after the other, however much there is; `notice` is what each copy of a part says of itself.
    `answered` is called when a disclosure was made that names a request for the record, with that request and the unit
    of work. `wanted` is what is waited for; `kept` the same, in a service that hears of it. `absorbed` names the
    records that were merged into one: what they hold is the same person's, and goes out with it. `consent` finds one
    that is on record, in a service that has them. `shown` completes what people are shown of a piece beyond what is
    stored of it.
    """

    service: str
    disclosures: Disclosures
    parts: Mapping[RecordPart, frozenset[Role]]
    knows: Callable[[str], Awaitable[bool]]
    pieces: Callable[[Disclosure], AsyncIterator[Piece]]
    notice: Callable[[RecordPart], str]
    copied_within: timedelta
    answered: Callable[[Disclosure, str, Transaction], Awaitable[None]]
    wanted: WantedShares
    kept: KeptShares | None = None
    absorbed: Callable[[str], Awaitable[Sequence[str]]] = _nobody
    consent: Callable[[str], Awaitable[Consent]] | None = None
    shown: Callable[[Aggregate, dict[str, Any]], None] = _as_it_is


A_co = TypeVar("A_co", bound=Aggregate, covariant=True)


class Held(Protocol[A_co]):
    """Documents of one kind that are part of the records of patients."""

    def every_of(self, patient_id: str, /) -> AsyncIterator[A_co]:
        """All of a patient's, by id, for a reader."""


async def everything(of: str, kinds: Mapping[str, Held[Aggregate]]) -> AsyncIterator[Piece]:
    """All that is held of a patient in these collections, by kind."""
    for kind, held in kinds.items():
        async for each in held.every_of(of):
            yield kind, each
