"""What an auditor asks: whether the trail is whole, and who did, read or was refused what.

Everything here only reads, and asking is written down as well. Whom one asks about comes in a body and in no address,
so that no log of addresses has it.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from careflow_service.http.console import AtConsole
from careflow_service.http.dependencies import (
    CurrentActor,
    Page,
    PageCursor,
    Repeatable,
    RequestBody,
    represent,
)
from careflow_service.http.fields import Moment
from careflow_service.mongo.audit import Outcome
from careflow_service.mongo.audit_review import Entry, Fault, Verified
from careflow_service.mongo.audit_seals import Seal
from careflow_service.problems import Problem, ProblemType

router = APIRouter(prefix="/ops/audit", tags=["ops"])

NOT_SEALED: Final = ProblemType("seal_not_found", 404, "The trail has no seal of that number.")
LARGEST_NUMBER: Final = 10**15

MOST_AT_ONCE: Final = 1000

PartLimit = Annotated[int, Query(ge=1, le=MOST_AT_ONCE, description="Seals or entries per part.")]
Id = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[!-~]+$")]


class TrailSearch(RequestBody):
    """What to look for: what is about a patient, by somebody, with an outcome, written since and before an instant.
    `after` is `next` of the page before.
    """

    patient: Id | None = None
    actor: Id | None = None
    outcome: Outcome | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: int = Field(default=50, ge=1, le=MOST_AT_ONCE)
    after: str | None = Field(default=None, max_length=512)


class Head(BaseModel):
    """A seal of the trail by its number, and the hash that covers all before it: kept elsewhere, it shows later whether
    the trail was cut off or written anew.
    """

    number: int
    hash: str
    sealed_at: AwareDatetime


class Trail(BaseModel):
    """How far the trail is sealed: its last seal, and since when the oldest entry waits for one."""

    head: Head | None
    unsealed_since: AwareDatetime | None


class FoundFault(BaseModel):
    """One fault: the number of the seal and the entry, as far as it is about one."""

    fault: Fault
    number: int | None
    entry: str | None


class Verification(BaseModel):
    """A part of the trail, verified; `next` goes on behind it."""

    seals: int
    entries: int
    faults: Sequence[FoundFault]
    next: str | None


class AuditEntry(BaseModel):
    """Who did, read or was refused what. `seal` is the number of its seal, none while it waits for one."""

    id: str
    at: AwareDatetime
    outcome: Outcome
    actor: str
    roles: Sequence[str]
    action: str
    touched: Sequence[str]
    cause: str | None
    seal: int | None


@router.get("", response_model=Trail)
async def read_trail(console: AtConsole) -> Response:
    """How far the audit trail is sealed."""
    head = await console.resources.audit_seals.head()
    shown = None if head is None else _head(head)
    return represent(Trail(head=shown, unsealed_since=await console.resources.audit_seals.oldest_unsealed()))


@router.get("/seals/{number}", response_model=Head)
async def read_seal(console: AtConsole, number: Annotated[int, Path(ge=1, le=LARGEST_NUMBER)]) -> Response:
    """One seal, to be compared with a head that was kept."""
    seal = await console.resources.audit_seals.numbered(number)
    if seal is None:
        raise Problem(NOT_SEALED)
    return represent(_head(seal))


@router.get("/verify", response_model=Verification)
async def verify_trail(
    console: AtConsole, actor: CurrentActor, limit: PartLimit = 500, after: PageCursor = None
) -> Response:
    """Whether a part of the trail is whole: first all seals with what they seal, then all entries with theirs."""
    await console.resources.audit.read(actor, "verify_audit", "audit/trail")
    return represent(_verification(await console.resources.audit_review.verify(limit=limit, after=after)))


@router.post("/search", response_model=Page[AuditEntry])
async def search_trail(body: TrailSearch, console: AtConsole, actor: CurrentActor, _: Repeatable) -> Response:
    """Who did, read or was refused what, newest first; changes nothing."""
    found = await console.resources.audit_review.search(
        whose=body.patient,
        actor=body.actor,
        outcome=body.outcome,
        since=body.since,
        until=body.until,
        limit=body.limit,
        after=body.after,
    )
    asked_about = () if body.patient is None else (f"patients/{body.patient}",)
    await console.resources.audit.read(actor, "search_audit", "audit/trail", *asked_about)
    return represent(Page[AuditEntry](items=[_entry(each) for each in found.items], next=found.next))


def _head(seal: Seal) -> Head:
    return Head(number=seal.number, hash=seal.hash, sealed_at=seal.sealed_at)


def _verification(verified: Verified) -> Verification:
    return Verification(
        seals=verified.seals,
        entries=verified.entries,
        faults=[FoundFault(fault=each.fault, number=each.number, entry=each.entry) for each in verified.findings],
        next=verified.next,
    )


def _entry(entry: Entry) -> AuditEntry:
    return AuditEntry(
        id=entry.id,
        at=entry.at,
        outcome=entry.outcome,
        actor=entry.actor,
        roles=entry.roles,
        action=entry.action,
        touched=entry.touched,
        cause=entry.cause,
        seal=entry.seal,
    )
