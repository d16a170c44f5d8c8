"""A patient's own account, for who came in by a link: what they owe and why, what is next, and their papers.

Invariant: the patient is who sits there, never one that an address names; no diagnosis is on the page.
"""

from datetime import date, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from billing.application.commands.issue_receipt import IssueReceipt
from billing.application.commands.make_payment_link import MakePaymentLink
from billing.application.commands.open_account_link import OpenAccountLink
from billing.application.use_cases import Billing
from billing.domain.ids import AccountLinkId, EstimateId, PaperId, PatientId, PaymentId, SuperbillId
from billing.domain.payment_links import LinkState
from billing.entrypoints.http.schemas import App, paper
from billing.entrypoints.pages.reimbursing import CASE_FORMS
from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.coming_in import coming_in, still_there
from careflow_service.pages.forms import KEY, FormRequest
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on

router = APIRouter(prefix="/pages/papers", include_in_schema=False)

SHOWN: Final = 20
"""So many of each list on a page."""


async def _comes_in(app: Billing, link_id: str, born_on: date, actor: Actor) -> datetime | None:
    return (await app.open_account_link(OpenAccountLink(AccountLinkId(link_id), born_on), actor)).value.opened_at


way_in = coming_in("papers", Billing, _comes_in, lambda app: app.ports.policy.account_links.sitting)


@router.get("")
async def my_account(
    request: Request,
    pages: Pages,
    app: App,
    actor: CurrentActor,
    done: Literal["paying", "receipt", "appeal", "reimbursement", "said"] | None = None,
    entries_after: PageCursor = None,
    payments_after: PageCursor = None,
    papers_after: PageCursor = None,
) -> Response:
    """How it stands, what is next, and every paper."""
    await still_there(request, app)
    after = {"entries_after": entries_after, "payments_after": payments_after, "papers_after": papers_after}
    return await _show(request, pages, app, actor, after=after, done=done)


@router.post("/owed/pay")
async def pay_by_card(request: Request, pages: Pages, app: App, actor: CurrentActor, key: FormRequest) -> Response:
    """What is owed and not in dispute is to be paid by card: a link to the processor's page is made."""
    await still_there(request, app)
    command = MakePaymentLink(PatientId(actor.patient_id or ""), undisputed=True)
    if refused := await refusal_of(app.make_payment_link(command, actor, key)):
        return await _show(request, pages, app, actor, refused=refused)
    return go_on(request, "../../papers", anchor="done", done="paying")


@router.post("/payments/{payment_id}/receipt")
async def get_receipt(
    request: Request, pages: Pages, app: App, actor: CurrentActor, payment_id: str, key: FormRequest
) -> Response:
    """A receipt for what they paid, as it stands; it is found among their papers."""
    await still_there(request, app)
    if refused := await refusal_of(app.issue_receipt(IssueReceipt(PaymentId(payment_id)), actor, key)):
        return await _show(request, pages, app, actor, refused=refused)
    return go_on(request, "../../../papers", anchor="papers_after", done="receipt")


@router.get("/issued/{paper_id}")
async def paper_of(request: Request, app: App, actor: CurrentActor, paper_id: str) -> Response:
    """A receipt, statement or yearly summary as it was issued."""
    await still_there(request, app)
    found = await app.reading.paper(PaperId(paper_id), actor)
    return paper(await app.reading.paper_print(found.id, actor), found.number)


@router.get("/superbills/{superbill_id}")
async def superbill_of(request: Request, app: App, actor: CurrentActor, superbill_id: str) -> Response:
    """A bill for the patient's insurer."""
    await still_there(request, app)
    found = await app.reading.superbill(SuperbillId(superbill_id), actor)
    return paper(await app.reading.superbill_paper(found.id, actor, copy=False), found.number)


@router.get("/superbills/{superbill_id}/claim-sheets")
async def claim_sheets_of(request: Request, app: App, actor: CurrentActor, superbill_id: str) -> Response:
    """The same bill in the boxes of the insurer's claim form."""
    await still_there(request, app)
    pdf = await app.reading.claim_sheets(SuperbillId(superbill_id), actor)
    return paper(pdf, f"claim-sheets-{superbill_id}")


@router.get("/estimates/{estimate_id}")
async def estimate_of(
    request: Request,
    app: App,
    actor: CurrentActor,
    estimate_id: str,
    number: Annotated[int | None, Query(ge=1, le=9999)] = None,
) -> Response:
    """A version of an estimate, the latest if none is named."""
    await still_there(request, app)
    pdf = await app.reading.estimate_paper(EstimateId(estimate_id), number, actor)
    return paper(pdf, f"estimate-{estimate_id}")


async def _show(
    request: Request,
    pages: Site,
    app: Billing,
    actor: Actor,
    *,
    after: dict[str, str | None] | None = None,
    done: str | None = None,
    refused: Refused | None = None,
) -> Response:
    ports = app.ports
    seen = await app.read_account(PatientId(actor.patient_id or ""), actor)
    after = after or dict.fromkeys(("entries_after", "payments_after", "papers_after"))
    history = await app.read_account.history(seen.account.id, SHOWN, charges_after=None, **after)
    return pages.show(
        request.scope,
        "my_account.html",
        status=refused.status if refused else 200,
        seen=seen,
        history=history,
        after=after,
        paying=next((each for each in reversed(seen.links) if each.can_be_paid(seen.as_of)), None),
        payable=seen.owed - seen.disputed,
        takes_cards=ports.processor is not None,
        open_state=LinkState.OPEN,
        policy=ports.policy,
        practice=ports.practice,
        today=ports.day_of(seen.as_of),
        zone=pages.zone,
        done=done,
        refused=refused.code if refused else None,
        kept={KEY: new_id()},
        key=new_id,
        case_forms=CASE_FORMS,
    )
