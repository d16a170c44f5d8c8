"""Payments in MongoDB, encrypted with the patient's key. Open fields: when, whether any is
left, when the processor is to give some back; blind: whose, for which charges.
"""

from collections.abc import Collection, Mapping
from typing import Final

from pymongo import IndexModel

from billing.application.ports import Due
from billing.domain.ids import ChargeId, PatientId, PaymentId
from billing.domain.payments import Payment
from billing.domain.tasks import TaskKind, tasks_of
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

PAYMENTS: Final = "payments"
_BY_TIME: Final = (("received_at", 1),)
_NEWEST_FIRST: Final = (("received_at", -1), ("_id", -1))

INDEXES: Final = (
    (PAYMENTS, IndexModel([("tasks", 1), ("received_at", 1), ("_id", 1)], name="with_task")),
    (PAYMENTS, IndexModel([("patient_id", 1), ("received_at", 1), ("_id", 1)], name="of_patient")),
    (PAYMENTS, IndexModel([("patient_id", 1), ("money_left", 1), ("_id", 1)], name="with_money_left")),
    (PAYMENTS, IndexModel([("charge_ids", 1), ("_id", 1)], name="allocated_to")),
    (PAYMENTS, IndexModel([("refund_at", 1)], name="refund_due")),
)


def _open_fields(payment: Payment) -> Mapping[str, object]:
    refund = payment.next_refund
    return {
        "patient_id": payment.patient_id,
        "tasks": [each.kind.value for each in tasks_of(payment)],
        "received_at": payment.received_at,
        "money_left": bool(payment.unapplied),
        "refund_at": refund.attempt_at if refund else None,
        "charge_ids": [allocation.charge_id for allocation in payment.allocations],
    }


class MongoPayments(Stored[Payment]):
    """See `billing.application.ports.Payments`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PAYMENTS,
            Payment,
            fields=_open_fields,
            blind=("patient_id", "charge_ids"),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("payment"))

    async def with_money_left(self, patient_id: PatientId, /) -> list[Payment]:
        return await self._documents.all({"patient_id": patient_id, "money_left": True}, of=patient_id)

    async def with_tasks_of(self, patient_id: PatientId, /) -> list[Payment]:
        some = {"$in": [each.value for each in TaskKind]}
        return await self._documents.all({"patient_id": patient_id, "tasks": some}, of=patient_id)

    async def newest_of(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Payment]:
        return await self._documents.page({"patient_id": patient_id}, sort=_NEWEST_FIRST, limit=limit, after=after)

    async def allocated_to(self, charge_ids: Collection[ChargeId], *, of: PatientId) -> list[Payment]:
        return await self._documents.all({"charge_ids": {"$in": list(charge_ids)}}, of=of)

    async def all_of(self, patient_id: PatientId, /) -> list[Payment]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id, sort=_BY_TIME)

    async def those(self, payment_ids: Collection[PaymentId], *, of: PatientId) -> list[Payment]:
        return await self._documents.all({"_id": {"$in": list(payment_ids)}}, of=of) if payment_ids else []

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Payment]:
        return await self._documents.page({"patient_id": patient_id}, sort=_BY_TIME, limit=limit, after=after)

    async def next_refund_due(self) -> Due | None:
        return await self._documents.earliest("refund_at")

    async def with_task(self, kind: TaskKind, limit: int, after: str | None) -> Listed[Payment]:
        return await self._documents.page({"tasks": kind.value}, sort=_BY_TIME, limit=limit, after=after)
