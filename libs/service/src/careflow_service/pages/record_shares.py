"""The staff's pages for this service's share of records that were asked for: what waits, handing a part out, its copy.

The same in every service that hears what is asked of records. Invariant: what is handed out, to whom and why is on
record before the copy can be had, and the copy is for whoever recorded it, as with the API.
"""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_domain.disclosures import NEVER_ENOUGH, Basis, RecordPart
from careflow_domain.wanted_shares import WantedShare
from careflow_service.disclosing.commands import DiscloseRecord
from careflow_service.disclosing.copies import CopyFormat
from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.http.disclosures import App, HandsOut, NewDisclosure, Uuid, copy_of
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Field, Filled, Kind, body_of, read
from careflow_service.pages.forms import KEY, Form, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/record-shares", include_in_schema=False)

SHOWN: Final = 50


@router.get("")
async def shares_waiting(
    request: Request, pages: Pages, app: App, actor: CurrentActor, after: PageCursor = None
) -> Response:
    """What is waited for here and the reader hands out, what is due first at the top."""
    found = await app.records.wanted(actor, limit=SHOWN, after=after)
    names = await app.records.names((each.patient_id for each in found.items), actor)
    today = pages.clock().astimezone(pages.zone).date()
    return pages.show(request.scope, "record_shares.html", found=found, names=names, after=after, today=today)


@router.get("/handed-out/{disclosure_id}")
async def handed_out(request: Request, pages: Pages, app: App, actor: CurrentActor, disclosure_id: Uuid) -> Response:
    """What is on record, and the copy that goes with it."""
    made = await app.records.disclosure(disclosure_id, actor)
    names = await app.records.names((made.patient_id,), actor)
    return pages.show(
        request.scope,
        "record_handed_out.html",
        made=made,
        name=names[made.patient_id],
        formats=list(CopyFormat),
        until=made.made_at + app.records.share.copied_within,
        now=pages.clock(),
        zone=pages.zone,
    )


@router.get("/handed-out/{disclosure_id}/copy")
async def download(
    app: App,
    actor: CurrentActor,
    disclosure_id: Uuid,
    format: Annotated[CopyFormat, Query()] = CopyFormat.TEXT,  # noqa: A002 - as the API calls it
) -> Response:
    """The copy itself."""
    return await copy_of(app, disclosure_id, actor, format)


@router.get("/wanted/{share_id}/{part}")
async def ask_share(
    request: Request, pages: Pages, app: App, actor: CurrentActor, share_id: Uuid, part: RecordPart
) -> Response:
    """To whom it goes, how and why; a patient who asked for their own is filled in."""
    wanted = await app.records.wanted_share(share_id, part, actor)
    asked = "" if Basis.PATIENT_ACCESS in NEVER_ENOUGH[part] else Basis.PATIENT_ACCESS.value
    return await _ask(request, pages, app, actor, wanted, part, Filled(Form({"basis": asked})))


@router.post("/wanted/{share_id}/{part}")
async def hand_out(
    request: Request,
    pages: Pages,
    app: App,
    actor: CurrentActor,
    share_id: Uuid,
    part: RecordPart,
    typed: Submitted,
    key: FormRequest,
) -> Response:
    """It is on record, and not waited for any more; sent twice, it is the same."""
    wanted = await app.records.wanted_share(share_id, part, actor, given=True)
    also = {"part": part.value, "record_request_id": share_id}
    body, faults = read(NewDisclosure, body_of(_fields(app, part), typed, pages.zone, also))
    if body is None:
        return await _ask(request, pages, app, actor, wanted, part, Filled(typed, faults))
    command = DiscloseRecord(
        patient_id=wanted.patient_id,
        part=part,
        basis=body.basis,
        recipient=body.recipient,
        reason=body.reason,
        reference=body.reference or "",
        consent_id=body.consent_id,
        record_request_id=share_id,
    )
    made: list[str] = []

    async def disclose() -> None:
        made.append((await app.disclose_record(command, actor, key)).value.id)

    if refused := await refusal_of(disclose(), typed=True):
        return await _ask(request, pages, app, actor, wanted, part, Filled(typed, refused=refused))
    return go_on(request, f"../../handed-out/{made[0]}")


def _fields(app: HandsOut, part: RecordPart) -> tuple[Field, ...]:
    allowed = [each for each in Basis if each not in NEVER_ENOUGH[part]]
    consent = part is RecordPart.SUBSTANCE_USE and app.records.share.consent is not None
    return (
        Field(name="recipient"),
        Field(name="basis", kind=Kind.CHOICE, options=[(each.value, None) for each in allowed]),
        Field(name="reference"),
        *((Field(name="consent_id"),) if consent else ()),
        Field(name="reason", kind=Kind.PROSE),
    )


async def _ask(
    request: Request,
    pages: Site,
    app: HandsOut,
    actor: Actor,
    wanted: WantedShare,
    part: RecordPart,
    filled: Filled,
) -> Response:
    names = await app.records.names((wanted.patient_id,), actor)
    labels = pages.words(request.scope).groups["record_share_labels"]
    fields = _fields(app, part)
    return pages.show(
        request.scope,
        "record_share.html",
        status=filled.status,
        wanted=wanted,
        name=names[wanted.patient_id],
        part=part,
        fields=fields,
        labels={each.name: labels[each.name] for each in fields},
        typed=filled.typed,
        faults=filled.faults,
        refused=filled.refused,
        kept={KEY: new_id()},
    )
