"""Who may call what. A patient sees only their own: by the path here, or by the use case where it is in the query or
body. Billing is the biller's: clinicians have no business with what patients pay. A form of an account is sent by whom
the API lets do the same and who may look at the account.
"""

from typing import Final

from careflow_service.http.access import (
    AccessTable,
    allow,
    by_body,
    by_caller,
    by_object,
    by_path,
    by_query,
    public,
    record_share_pages,
)
from careflow_service.identity import Role

BILLERS = (Role.BILLER, Role.MEDICAL_DIRECTOR)
FRONT_DESK = (*BILLERS, Role.COORDINATOR)
OVERSIGHT = (*BILLERS, Role.AUDITOR)

API: AccessTable = {
    "GET /v1/accounts/{patient_id}": allow(*FRONT_DESK, own=by_path("patient_id")),
    "PUT /v1/accounts/{patient_id}/coverage": allow(*FRONT_DESK, own=by_path("patient_id")),
    "POST /v1/accounts/{patient_id}/private-contracts": allow(*BILLERS),
    "GET /v1/private-contracts": allow(*OVERSIGHT),
    "POST /v1/accounts/{patient_id}/links": allow(*FRONT_DESK),
    "POST /v1/accounts/{patient_id}/links/send": allow(*FRONT_DESK),
    "GET /v1/fee-schedule": allow(*FRONT_DESK, Role.PATIENT, impersonal=True),
    "POST /v1/estimates": allow(*FRONT_DESK, own=by_body("patient_id")),
    "GET /v1/estimates": allow(*FRONT_DESK, own=by_query("patient_id")),
    "GET /v1/estimates/{estimate_id}": allow(*FRONT_DESK, own=by_object("estimate_id")),
    "GET /v1/estimates/{estimate_id}/pdf": allow(*FRONT_DESK, own=by_object("estimate_id")),
    "POST /v1/estimates/{estimate_id}/issue": allow(*FRONT_DESK),
    "POST /v1/estimates/{estimate_id}/deliver": allow(*FRONT_DESK),
    "POST /v1/estimates/{estimate_id}/dispute": allow(*BILLERS),
    "POST /v1/estimates/{estimate_id}/dispute/close": allow(*BILLERS),
    "GET /v1/charges": allow(*BILLERS, own=by_query("patient_id")),
    "GET /v1/charges/{charge_id}": allow(*BILLERS, own=by_object("charge_id")),
    "POST /v1/charges/{charge_id}/post": allow(*BILLERS),
    "POST /v1/charges/{charge_id}/reverse": allow(*BILLERS),
    "POST /v1/charges/{charge_id}/write-offs": allow(*BILLERS),
    "GET /v1/fees": allow(*FRONT_DESK, own=by_query("patient_id")),
    "POST /v1/fees/{appointment_id}/waive": allow(*FRONT_DESK),
    "POST /v1/payments": allow(*FRONT_DESK),
    "GET /v1/payments": allow(*FRONT_DESK, own=by_query("patient_id")),
    "GET /v1/payments/{payment_id}": allow(*FRONT_DESK, own=by_object("payment_id")),
    "POST /v1/payments/{payment_id}/refunds": allow(*BILLERS),
    "POST /v1/payments/{payment_id}/refunds/{refund_id}/paid": allow(*BILLERS),
    "POST /v1/payment-links": allow(*FRONT_DESK, own=by_body("patient_id")),
    "GET /v1/payment-links": allow(*FRONT_DESK, own=by_query("patient_id")),
    "GET /v1/payment-links/{link_id}": allow(*FRONT_DESK, own=by_object("link_id")),
    "POST /v1/payment-links/{link_id}/close": allow(*FRONT_DESK),
    "POST /v1/public/processor-events": public(rate="600/minute"),
    "POST /v1/packages": allow(*FRONT_DESK),
    "GET /v1/packages": allow(*FRONT_DESK, own=by_query("patient_id")),
    "GET /v1/packages/{package_id}": allow(*FRONT_DESK, own=by_object("package_id")),
    "POST /v1/packages/{package_id}/refund": allow(*BILLERS),
    "POST /v1/receipts": allow(*FRONT_DESK, own=by_body("payment_id")),
    "POST /v1/statements": allow(*BILLERS),
    "POST /v1/statement-runs": allow(*BILLERS),
    "GET /v1/statement-runs/{month}": allow(*BILLERS),
    "POST /v1/yearly-summaries": allow(*FRONT_DESK, own=by_body("patient_id")),
    "GET /v1/papers": allow(*FRONT_DESK, own=by_query("patient_id")),
    "GET /v1/papers/{paper_id}": allow(*FRONT_DESK, own=by_object("paper_id")),
    "GET /v1/papers/{paper_id}/pdf": allow(*FRONT_DESK, own=by_object("paper_id")),
    "POST /v1/patients/{patient_id}/disclosures": allow(*BILLERS),
    "GET /v1/patients/{patient_id}/disclosures": allow(*BILLERS, own=by_path("patient_id")),
    "GET /v1/record-shares": allow(*BILLERS),
    "GET /v1/disclosures/{disclosure_id}/record": allow(*BILLERS),
    "GET /v1/ledger/entries": allow(*OVERSIGHT),
    "GET /v1/ledger/export": allow(*OVERSIGHT),
    "GET /v1/ledger/trial-balance": allow(*OVERSIGHT, impersonal=True),
    "GET /v1/payouts": allow(*OVERSIGHT, impersonal=True),
    "GET /v1/tasks": allow(*BILLERS),
    "GET /v1/superbills/preview": allow(*BILLERS),
    "POST /v1/superbills": allow(*BILLERS),
    "GET /v1/superbills": allow(*BILLERS, own=by_query("patient_id")),
    "GET /v1/superbills/{superbill_id}": allow(*BILLERS, own=by_object("superbill_id")),
    "GET /v1/superbills/{superbill_id}/pdf": allow(*BILLERS, own=by_object("superbill_id")),
    "GET /v1/superbills/{superbill_id}/claim-sheets": allow(*BILLERS, own=by_object("superbill_id")),
    "POST /v1/superbills/{superbill_id}/void": allow(*BILLERS),
}

MONEY_FORMS: Final = {
    "payment": "POST /v1/payments",
    "payment-link": "POST /v1/payment-links",
    "superbill": "POST /v1/superbills",
    "estimate": "POST /v1/estimates",
    "statement": "POST /v1/statements",
    "send-account-link": "POST /v1/accounts/{patient_id}/links/send",
    "account-link": "POST /v1/accounts/{patient_id}/links",
    "private-contract": "POST /v1/accounts/{patient_id}/private-contracts",
    "package": "POST /v1/packages",
    "give-back-package": "POST /v1/packages/{package_id}/refund",
    "yearly-summary": "POST /v1/yearly-summaries",
    "coverage": "PUT /v1/accounts/{patient_id}/coverage",
    "post": "POST /v1/charges/{charge_id}/post",
    "write-off": "POST /v1/charges/{charge_id}/write-offs",
    "reverse": "POST /v1/charges/{charge_id}/reverse",
    "refund": "POST /v1/payments/{payment_id}/refunds",
    "refund-paid": "POST /v1/payments/{payment_id}/refunds/{refund_id}/paid",
    "receipt": "POST /v1/receipts",
    "void": "POST /v1/superbills/{superbill_id}/void",
    "issue-estimate": "POST /v1/estimates/{estimate_id}/issue",
    "deliver-estimate": "POST /v1/estimates/{estimate_id}/deliver",
    "dispute": "POST /v1/estimates/{estimate_id}/dispute",
    "close-dispute": "POST /v1/estimates/{estimate_id}/dispute/close",
    "close-link": "POST /v1/payment-links/{link_id}/close",
    "waive": "POST /v1/fees/{appointment_id}/waive",
}
"""Each form, and the route of the API whose command it is."""

ACCESS: AccessTable = {
    **API,
    **record_share_pages(*BILLERS),
    "GET /pages/papers/{token}": public(rate="60/minute"),
    "POST /pages/papers/{token}": public(rate="10/minute"),
    "GET /pages/papers": allow(own=by_caller()),
    "POST /pages/papers/owed/pay": allow(own=by_caller()),
    "GET /pages/papers/issued/{paper_id}": allow(own=by_object("paper_id")),
    "GET /pages/papers/superbills/{superbill_id}": allow(own=by_object("superbill_id")),
    "GET /pages/papers/superbills/{superbill_id}/claim-sheets": allow(own=by_object("superbill_id")),
    "GET /pages/papers/estimates/{estimate_id}": allow(own=by_object("estimate_id")),
    "GET /pages/patients/{patient_id}": allow(*FRONT_DESK),
    "GET /pages/money": allow(*BILLERS),
    "GET /pages/money/contracts": allow(*BILLERS),
    "GET /pages/money/payouts": allow(*BILLERS, impersonal=True),
    "GET /pages/money/month-end": allow(*BILLERS),
    "POST /pages/money/month-end": allow(*BILLERS),
    "GET /pages/money/{patient_id}": allow(*BILLERS),
    "GET /pages/money/{patient_id}/papers/{paper_id}": allow(*BILLERS),
    "GET /pages/money/{patient_id}/superbills/{superbill_id}": allow(*BILLERS),
    "GET /pages/money/{patient_id}/superbills/{superbill_id}/claim-sheets": allow(*BILLERS),
    "GET /pages/money/{patient_id}/estimates/{estimate_id}": allow(*BILLERS),
    **{
        f"{method} /pages/money/{{patient_id}}/{form}": allow(*(API[row].roles & set(BILLERS)))
        for form, row in MONEY_FORMS.items()
        for method in ("GET", "POST")
    },
}
