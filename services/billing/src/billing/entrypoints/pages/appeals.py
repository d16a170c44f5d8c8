"""A patient asks for a letter of appeal on their own page; what they are asked is what a biller is asked for them.

Invariant: the patient is who sits there; what looks like a card number is refused and not shown again.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from billing.application.use_cases import Billing
from billing.domain.appeals import AppealStage, DenialReason, Language
from billing.domain.ids import SuperbillId
from billing.entrypoints.http.appeal_routes import Appealing
from billing.entrypoints.http.schemas import App, no_card_number_in_address
from billing.entrypoints.pages.asking import Asked, first_of, with_card_number
from careflow_service.http.dependencies import CurrentActor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled, Kind, body_of, read
from careflow_service.pages.coming_in import still_there
from careflow_service.pages.forms import KEY, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(
    prefix="/pages/papers/superbills", include_in_schema=False, dependencies=[Depends(no_card_number_in_address)]
)


def appealing(named: Callable[[str, Sequence[StrEnum]], list[tuple[str, str]]]) -> tuple[Asked, ...]:
    """What is asked for a letter, with the options in the reader's words."""
    return (
        Asked(
            name="stage",
            kind=Kind.CHOICE,
            options=named("appeal_stages", list(AppealStage)),
            first=AppealStage.INTERNAL,
        ),
        Asked(name="reason", kind=Kind.CHOICE, options=named("denial_reasons", list(DenialReason)), word="denial"),
        Asked(name="notice_received_on", kind=Kind.DAY),
        Asked(name="last_day", kind=Kind.DAY),
        Asked(name="claim_number"),
        Asked(name="notice_says", kind=Kind.PROSE),
        Asked(name="words", kind=Kind.PROSE),
        Asked(name="enclosed", kind=Kind.LINES),
    )


@router.get("/{superbill_id}/appeal")
async def ask_for_letter(request: Request, pages: Pages, app: App, actor: CurrentActor, superbill_id: str) -> Response:
    """What the insurer's notice says, and what the patient says to it."""
    await still_there(request, app)
    return await _ask(request, pages, app, actor, superbill_id, Filled())


@router.post("/{superbill_id}/appeal")
async def write_letter(
    request: Request,
    pages: Pages,
    app: App,
    actor: CurrentActor,
    superbill_id: str,
    typed: Submitted,
    key: FormRequest,
) -> Response:
    """The letter is there to download."""
    await still_there(request, app)
    if refusing := with_card_number(typed):
        return await _ask(request, pages, app, actor, superbill_id, refusing)
    body, faults = read(Appealing, body_of(_fields(pages, request), typed, pages.zone, {}))
    if body is None:
        return await _ask(request, pages, app, actor, superbill_id, Filled(typed, faults))
    command = body.command(superbill_id, Language(pages.words(request.scope).language))
    if refused := await refusal_of(app.issue_appeal_letter(command, actor, key), typed=True):
        filled = Filled(typed, refused=refused)
        return await _ask(request, pages, app, actor, superbill_id, filled)
    return go_on(request, "../../../papers", anchor="done", done="appeal")


def _fields(pages: Site, request: Request) -> tuple[Asked, ...]:
    groups = pages.words(request.scope).groups
    return appealing(lambda group, codes: [(each.value, groups[group][each.value]) for each in codes])


async def _ask(
    request: Request, pages: Site, app: Billing, actor: Actor, superbill_id: str, filled: Filled
) -> Response:
    superbill = await app.reading.superbill(SuperbillId(superbill_id), actor)
    fields = _fields(pages, request)
    labels = pages.words(request.scope).groups["appeal_asked"]
    return pages.show(
        request.scope,
        "my_appeal.html",
        status=filled.status,
        superbill=superbill,
        policy=app.ports.policy,
        practice=app.ports.practice,
        fields=fields,
        labels={each.name: labels[each.name] for each in fields},
        typed=filled.typed if filled.typed.fields else first_of(fields),
        faults=filled.faults,
        refused=filled.refused.code if filled.refused else None,
        kept_fields={KEY: new_id()},
    )
