"""What billing answers over HTTP."""

from fastapi import APIRouter, Depends

from billing.application.use_cases import Billing
from billing.entrypoints.http import (
    account_link_routes,
    account_routes,
    appeal_routes,
    charge_routes,
    contract_routes,
    estimate_routes,
    ledger_routes,
    package_routes,
    paper_routes,
    payment_link_routes,
    payment_routes,
    payout_routes,
    processor_routes,
    reimbursement_routes,
    statement_run_routes,
    superbill_routes,
    task_routes,
)
from billing.entrypoints.http.access import ACCESS
from billing.entrypoints.http.schemas import no_card_number
from billing.entrypoints.pages import accounts, appeals, money, my_account, my_reimbursements, patient
from careflow_service.http import disclosures
from careflow_service.pages import record_shares
from careflow_service.service import Http

_everything = APIRouter(dependencies=[Depends(no_card_number)])
for _routes in (
    account_routes,
    account_link_routes,
    estimate_routes,
    charge_routes,
    payment_routes,
    payment_link_routes,
    package_routes,
    paper_routes,
    statement_run_routes,
    contract_routes,
    payout_routes,
    ledger_routes,
    superbill_routes,
    appeal_routes,
    reimbursement_routes,
    task_routes,
    disclosures,
):
    _everything.include_router(_routes.router)
_everything.include_router(disclosures.waiting)

HTTP: Http[Billing] = Http(
    title="CareFlow billing",
    description="Honest money: estimates, charges, payments, the ledger, superbills.",
    # What the processor tells is signed by it, and only ids and amounts of it are kept: a number in it that has the
    # shape of a card's by chance must not keep a payment out.
    routers=(
        _everything,
        processor_routes.router,
        money.router,
        accounts.router,
        record_shares.router,
        patient.router,
        my_account.way_in,
        my_account.router,
        appeals.router,
        my_reimbursements.router,
    ),
    access=ACCESS,
    pages="billing.entrypoints.pages",
    visitors=lambda app: app.sitting_down,
)
