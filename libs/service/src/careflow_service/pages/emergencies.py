"""The reviewers' pages: which emergency accesses wait to be looked at, and one with why, and with what was read.

The same in every service that has pages and rows that are open in an emergency. Invariant: a page decides nothing; a
form is refused by the same rules as the API's command, and says so where it was filled in.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.console import AtConsole, Console
from careflow_service.http.dependencies import CurrentActor, PageCursor, Repeatable
from careflow_service.http.emergencies import NewReview
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Field, Kind
from careflow_service.pages.forms import KEY, UNTYPED, Form, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/emergencies", include_in_schema=False)

SHOWN: Final = 25
"""So many on one page."""
READS_SHOWN: Final = 200
"""So many reads of one access; more are told by the API."""
FIELDS: Final = (
    Field(name="finding", kind=Kind.CHOICE, options=(("justified", None), ("not_justified", None))),
    Field(name="note", kind=Kind.PROSE),
)

Done = Literal["closed", "reviewed"]


@router.get("")
async def emergencies_waiting(
    request: Request,
    pages: Pages,
    console: AtConsole,
    actor: CurrentActor,
    after: PageCursor = None,
    done: Done | None = None,
) -> Response:
    """Those that nobody has looked at, the oldest first."""
    found = await console.emergencies.listed(actor, waiting=True, limit=SHOWN, after=after)
    return pages.show(
        request.scope,
        "emergencies.html",
        service=console.service.name,
        zone=pages.zone,
        now=console.resources.clock(),
        found=found,
        done=done,
    )


@router.get("/{access_id}")
async def emergency_seen(
    request: Request,
    pages: Pages,
    console: AtConsole,
    actor: CurrentActor,
    access_id: str,
    done: Done | None = None,
) -> Response:
    """One of them."""
    return await _one(request, pages, console, actor, access_id, done=done)


@router.post("/{access_id}/close")
async def close_emergency(
    request: Request, console: AtConsole, actor: CurrentActor, access_id: str, _form: Submitted, _: Repeatable
) -> Response:
    """End it before its time."""
    await console.emergencies.close(access_id, actor)
    return go_on(request, f"../{access_id}", done="closed")


@router.post("/{access_id}/review")
async def review_emergency(
    request: Request,
    pages: Pages,
    console: AtConsole,
    actor: CurrentActor,
    access_id: str,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """Say what was found."""
    said, faults = form.read(NewReview)
    if said is None:
        return await _one(request, pages, console, actor, access_id, typed=form, faults=faults)
    doing = console.emergencies.review(access_id, said.finding, said.note, actor, key)
    refused = await refusal_of(doing, typed=True)
    if refused is not None:
        return await _one(request, pages, console, actor, access_id, typed=form, refused=refused)
    return go_on(request, "../../emergencies", done="reviewed")


def _kinds(touched: Sequence[str]) -> dict[str, int]:
    """What an entry is about, by kind: people have no use for ids; the API tells them."""
    return Counter(each.partition("/")[0].replace("_", " ") for each in touched)


async def _one(
    request: Request,
    pages: Site,
    console: Console,
    actor: Actor,
    access_id: str,
    *,
    typed: Form = UNTYPED,
    faults: Mapping[str, str] | None = None,
    refused: Refused | None = None,
    done: Done | None = None,
) -> Response:
    access = await console.emergencies.get(access_id, actor)
    reads = await console.emergencies.read_under(access, limit=READS_SHOWN, after=None)
    return pages.show(
        request.scope,
        "emergency.html",
        status=refused.status if refused else 422 if faults else 200,
        zone=pages.zone,
        access=access,
        name=await console.emergencies.whom(access, actor),
        read_of=[(each, _kinds(each.touched)) for each in reads.items],
        open=access.is_open(console.resources.clock()),
        mine=access.opened_by == actor.id,
        reads=reads,
        fields=FIELDS,
        key=typed[KEY] or new_id(),
        typed=typed,
        faults=faults or {},
        refused=refused.code if refused else None,
        done=done,
    )
