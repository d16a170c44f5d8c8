"""A patient has the days of their insurer kept, and says what it answered, on their own page.

Invariant: the patient is who sits there; what looks like a card number is refused and not shown again.
"""

from typing import Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from billing.application.commands.open_reimbursement import OpenReimbursement
from billing.application.commands.record_reimbursement import RecordReimbursement
from billing.application.use_cases import Billing
from billing.domain.ids import ReimbursementId, SuperbillId
from billing.entrypoints.http.reimbursement_routes import Opening
from billing.entrypoints.http.schemas import App, no_card_number_in_address
from billing.entrypoints.pages.asking import Asked, first_of, with_card_number
from billing.entrypoints.pages.reimbursing import CASE_FORMS, CaseForm
from careflow_service.http.dependencies import CurrentActor, RequestBody
from careflow_service.identity import Actor, RequestKey
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled, Kind, body_of, read
from careflow_service.pages.coming_in import still_there
from careflow_service.pages.forms import KEY, VERSION, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/papers", include_in_schema=False, dependencies=[Depends(no_card_number_in_address)])

_OPENING: Final = (Asked(name="file_by", kind=Kind.DAY),)


@router.get("/superbills/{superbill_id}/reimbursement")
async def ask_to_open(request: Request, pages: Pages, app: App, actor: CurrentActor, superbill_id: str) -> Response:
    """By when the plan wants the bill, where the patient knows."""
    await still_there(request, app)
    return await _ask_to_open(request, pages, app, actor, superbill_id, Filled())


@router.post("/superbills/{superbill_id}/reimbursement")
async def open_case(
    request: Request,
    pages: Pages,
    app: App,
    actor: CurrentActor,
    superbill_id: str,
    typed: Submitted,
    key: FormRequest,
) -> Response:
    """From now on the days of the insurer are kept."""
    await still_there(request, app)
    body, faults = read(Opening, body_of(_OPENING, typed, pages.zone, {}))
    if body is None:
        return await _ask_to_open(request, pages, app, actor, superbill_id, Filled(typed, faults))
    command = OpenReimbursement(SuperbillId(superbill_id), body.file_by)
    if refused := await refusal_of(app.open_reimbursement(command, actor, key), typed=True):
        filled = Filled(typed, refused=refused)
        return await _ask_to_open(request, pages, app, actor, superbill_id, filled)
    return go_on(request, "../../../papers", anchor="done", done="reimbursement")


def _add(form: CaseForm) -> None:
    async def ask(request: Request, pages: Pages, app: App, actor: CurrentActor, case_id: str) -> Response:
        await still_there(request, app)
        return await _ask(request, pages, app, actor, form, case_id, Filled())

    async def do(
        request: Request,
        pages: Pages,
        app: App,
        actor: CurrentActor,
        case_id: str,
        typed: Submitted,
        key: FormRequest,
    ) -> Response:
        await still_there(request, app)
        if refusing := with_card_number(typed):
            return await _ask(request, pages, app, actor, form, case_id, refusing)
        body, faults = read(form.body, body_of(_fields(pages, request, form), typed, pages.zone, {}))
        if body is None:
            return await _ask(request, pages, app, actor, form, case_id, Filled(typed, faults))
        saying = _say(app, form, body, ReimbursementId(case_id), typed.version, actor, key)
        if refused := await refusal_of(saying, typed=True):
            filled = Filled(typed, refused=refused)
            return await _ask(request, pages, app, actor, form, case_id, filled)
        return go_on(request, "../../../papers", anchor="done", done="said")

    path = f"/reimbursements/{{case_id}}/{form.name}"
    router.add_api_route(path, ask, methods=["GET"], name=f"my_{form.name}")
    router.add_api_route(path, do, methods=["POST"], name=f"say_{form.name}")


for each in CASE_FORMS:
    _add(each)


async def _say(
    app: Billing,
    form: CaseForm,
    body: RequestBody,
    case_id: ReimbursementId,
    version: int,
    actor: Actor,
    key: RequestKey,
) -> object:
    step = form.step(body, app.ports.policy.currency)
    return await app.record_reimbursement(RecordReimbursement(case_id, step, version), actor, key)


def _fields(pages: Site, request: Request, form: CaseForm) -> tuple[Asked, ...]:
    groups = pages.words(request.scope).groups
    return tuple(form.fields(lambda group, codes: [(code.value, groups[group][code.value]) for code in codes]))


async def _ask(
    request: Request, pages: Site, app: Billing, actor: Actor, form: CaseForm, case_id: str, filled: Filled
) -> Response:
    case = await app.read_reimbursements.one(ReimbursementId(case_id), actor)
    fields = _fields(pages, request, form)
    kept = {KEY: new_id(), VERSION: str(case.version)}
    name, address = form.name.replace("-", "_"), f"reimbursements/{case.id}/{form.name}"
    return _show(request, pages, app, fields, filled, kept, name, address, case.superbill_number, form.offered(case))


async def _ask_to_open(
    request: Request, pages: Site, app: Billing, actor: Actor, superbill_id: str, filled: Filled
) -> Response:
    superbill = await app.reading.superbill(SuperbillId(superbill_id), actor)
    address = f"superbills/{superbill.id}/reimbursement"
    offered = superbill.can_be_helped
    return _show(request, pages, app, _OPENING, filled, {KEY: new_id()}, "open", address, superbill.number, offered)


def _show(
    request: Request,
    pages: Site,
    app: Billing,
    fields: tuple[Asked, ...],
    filled: Filled,
    kept: dict[str, str],
    name: str,
    address: str,
    number: str,
    offered: bool,
) -> Response:
    labels = pages.words(request.scope).groups["my_case_asked"]
    return pages.show(
        request.scope,
        "my_reimbursement.html",
        status=filled.status,
        name=name,
        address=address,
        number=number,
        offered=offered,
        practice=app.ports.practice,
        fields=fields,
        labels={each.name: labels[each.name] for each in fields},
        typed=filled.typed if filled.typed.fields else first_of(fields),
        faults=filled.faults,
        refused=filled.refused.code if filled.refused else None,
        kept_fields=kept,
    )
