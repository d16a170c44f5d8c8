"""One account for a biller: how it stands in words, what is to be done, and the forms by which it is done.

Invariant: a form is refused by the same rules as the API's command, says so in a sentence where it was filled in, and
keeps what was typed; a page decides nothing.
"""

from collections.abc import Collection
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from billing.application.queries.read_account import Of
from billing.application.use_cases import Billing
from billing.domain.ids import EstimateId, PaperId, PatientId, SuperbillId
from billing.entrypoints.http.access import ACCESS
from billing.entrypoints.http.schemas import App, Id, no_card_number_in_address, paper
from billing.entrypoints.pages.account_parts import in_parts
from billing.entrypoints.pages.asking import first_of, with_card_number
from billing.entrypoints.pages.money_commands import Doing
from billing.entrypoints.pages.money_fields import Before
from billing.entrypoints.pages.money_forms import FORMS, NEXT, MoneyForm
from careflow_domain.errors import not_found
from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled, body_of, read
from careflow_service.pages.forms import KEY, VERSION, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from careflow_service.problems import INVALID_REQUEST, Problem

router = APIRouter(prefix="/pages/money", include_in_schema=False, dependencies=[Depends(no_card_number_in_address)])

SHOWN: Final = 20
"""So many of each list on a page."""
OF_FIELD: Final = {
    "reference_needed": "reference",
    "reference_used": "reference",
    "amount_needed": "amount",
    "amount_not_positive": "amount",
    "above_owed": "amount",
    "refund_above_received": "amount",
    "nothing_overpaid": "amount",
    "nothing_to_state": "month",
    "nothing_paid": "year",
}
"""What is typed wrong, as a use case refuses it: it is read at the field."""
Done = Annotated[str | None, Query(max_length=40, pattern="^[a-z-]+$")]
About = Annotated[Id | None, Query()]


@router.get("/{patient_id}")
async def one_account(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: str,
    done: Done = None,
    entries_after: PageCursor = None,
    charges_after: PageCursor = None,
    payments_after: PageCursor = None,
    papers_after: PageCursor = None,
) -> Response:
    """How an account stands, what is to be done about it, and what was posted."""
    seen = await app.read_account(PatientId(patient_id), actor)
    after = {
        "entries_after": entries_after,
        "charges_after": charges_after,
        "payments_after": payments_after,
        "papers_after": papers_after,
    }
    history = await app.read_account.history(seen.account.id, SHOWN, **after)
    forms = [each for each in FORMS if _may(each, actor)]
    addresses = app.ports.link_addresses
    return pages.show(
        request.scope,
        "account.html",
        seen=seen,
        history=history,
        after=after,
        done=done.replace("-", "_") if done else None,
        zone=pages.zone,
        next_form=NEXT,
        addresses={
            each.id: addresses.whole(each.id) or addresses.path(each.id) for each in seen.ways_in if not each.sent_at
        },
        clinicians={each.id: f"{each.name}, {each.credentials}" for each in app.ports.practice.clinicians},
        parts=in_parts([each for each in forms if each.of is Of.ACCOUNT]),
        forms={of: [each for each in forms if each.of is of] for of in Of},
    )


@router.get("/{patient_id}/papers/{paper_id}")
async def paper_of(app: App, actor: CurrentActor, patient_id: str, paper_id: str) -> Response:
    """A receipt, statement or yearly summary as it was issued."""
    found = await app.reading.paper(PaperId(paper_id), actor)
    if found.patient_id != patient_id:
        raise not_found("paper")
    return paper(await app.reading.paper_print(found.id, actor), found.number)


@router.get("/{patient_id}/superbills/{superbill_id}")
async def superbill_of(
    app: App, actor: CurrentActor, patient_id: str, superbill_id: str, *, copy: bool = False
) -> Response:
    """A superbill; with `copy` marked so, for one that was lost."""
    found = await app.reading.superbill(SuperbillId(superbill_id), actor)
    if found.patient_id != patient_id:
        raise not_found("superbill")
    return paper(await app.reading.superbill_paper(found.id, actor, copy=copy), found.number)


@router.get("/{patient_id}/superbills/{superbill_id}/claim-sheets")
async def claim_sheets_of(app: App, actor: CurrentActor, patient_id: str, superbill_id: str) -> Response:
    """A superbill in the boxes of a claim form, as its patient files it."""
    found = await app.reading.superbill(SuperbillId(superbill_id), actor)
    if found.patient_id != patient_id:
        raise not_found("superbill")
    return paper(await app.reading.claim_sheets(found.id, actor), f"claim-sheets-{found.number}")


@router.get("/{patient_id}/estimates/{estimate_id}")
async def estimate_of(app: App, actor: CurrentActor, patient_id: str, estimate_id: str) -> Response:
    """The latest version of an estimate as the patient gets it."""
    found = await app.reading.estimate(EstimateId(estimate_id), actor)
    if found.patient_id != patient_id:
        raise not_found("estimate")
    return paper(await app.reading.estimate_paper(found.id, None, actor), f"estimate-{found.id}")


def _add(form: MoneyForm) -> None:
    """Its page, and where it is sent."""

    async def ask(
        request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: str, about: About = None
    ) -> Response:
        return await _ask(request, app, actor, pages, form, patient_id, about, Filled())

    async def do(
        request: Request,
        app: App,
        actor: CurrentActor,
        pages: Pages,
        patient_id: str,
        typed: Submitted,
        key: FormRequest,
        about: About = None,
    ) -> Response:
        before = await _before(request, app, actor, pages, form, patient_id, about, Filled(typed))
        version = typed.version
        if refusing := with_card_number(typed):
            return await _ask(request, app, actor, pages, form, patient_id, about, refusing)
        body, faults = read(form.body, body_of(form.fields(before), typed, pages.zone, {}))
        if body is None:
            filled = Filled(typed, faults)
            return await _ask(request, app, actor, pages, form, patient_id, about, filled)
        currency = app.ports.policy.currency
        doing = Doing(before.seen.account.id, about or patient_id, version, body, currency)
        if refused := await refusal_of(form.does(app, doing, actor, key), typed=True):
            filled = Filled(typed, refused=refused)
            return await _ask(request, app, actor, pages, form, patient_id, about, filled)
        return go_on(request, f"../{patient_id}", anchor="done", done=form.name)

    router.add_api_route(f"/{{patient_id}}/{form.name}", ask, methods=["GET"], name=f"ask_{form.name}")
    router.add_api_route(f"/{{patient_id}}/{form.name}", do, methods=["POST"], name=f"do_{form.name}")


for each in FORMS:
    _add(each)


async def _before(
    request: Request,
    app: Billing,
    actor: Actor,
    pages: Site,
    form: MoneyForm,
    patient_id: str,
    about: str | None,
    filled: Filled,
) -> Before:
    """What the form is about, as it is now. Refused as not found where it is none of this patient's."""
    if (about is None) is not (form.of is Of.ACCOUNT):
        raise Problem(INVALID_REQUEST)
    seen = await app.read_account(PatientId(patient_id), actor)
    thing = await app.read_account.thing(seen.account.id, form.of, about or patient_id)
    ports = app.ports
    return Before(
        seen=seen,
        thing=thing,
        words=pages.words(request.scope),
        zone=pages.zone,
        offers=ports.schedules.on(ports.day_of(seen.as_of)).packages,
        clinicians=ports.practice.clinicians,
        typed=filled.typed,
        refused=filled.refused.code if filled.refused else None,
    )


async def _ask(
    request: Request,
    app: Billing,
    actor: Actor,
    pages: Site,
    form: MoneyForm,
    patient_id: str,
    about: str | None,
    filled: Filled,
) -> Response:
    """The form, as it was filled in and with what it is about as that is now."""
    before = await _before(request, app, actor, pages, form, patient_id, about, filled)
    fields = form.fields(before)
    labels = before.words.groups["asked"]
    met = _met(filled, {each.name for each in fields})
    return pages.show(
        request.scope,
        "account_form.html",
        status=filled.status,
        seen=before.seen,
        thing=before.thing,
        form=form,
        about=about,
        fields=fields,
        labels={each.name: labels[each.name] for each in fields},
        typed=filled.typed if filled.typed.fields else first_of(fields),
        faults=filled.faults or met,
        refused=filled.refused.code if filled.refused else None,
        zone=pages.zone,
        kept_fields={VERSION: str(before.thing.version), KEY: new_id()},
    )


def _may(form: MoneyForm, actor: Actor) -> bool:
    """Whether the door lets this reader send it."""
    return ACCESS[f"POST /pages/money/{{patient_id}}/{form.name}"].admits(actor, {})


def _met(filled: Filled, fields: Collection[str]) -> dict[str, str]:
    """What was refused, by the field it is about; nothing where it is about none of these."""
    code = filled.refused.code if filled.refused else ""
    name = OF_FIELD.get(code, "")
    return {name: code} if name in fields else {}
