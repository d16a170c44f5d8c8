"""Charges in MongoDB, encrypted with the patient's key. Open fields: when, whether
something is to be paid; blind: whose.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from pymongo import IndexModel

from billing.domain.charges import Charge, ChargeState
from billing.domain.ids import ChargeId, PatientId
from billing.domain.tasks import TaskKind, tasks_of
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

CHARGES: Final = "charges"
_BY_DATE: Final = (("service_date", 1),)
_NEWEST_FIRST: Final = (("service_date", -1), ("_id", -1))

INDEXES: Final = (
    (CHARGES, IndexModel([("tasks", 1), ("service_date", 1), ("_id", 1)], name="with_task")),
    (CHARGES, IndexModel([("patient_id", 1), ("service_date", 1), ("_id", 1)], name="of_patient")),
    (CHARGES, IndexModel([("patient_id", 1), ("to_pay", 1), ("_id", 1)], name="open_of")),
    (CHARGES, IndexModel([("patient_id", 1), ("waiting", 1), ("_id", 1)], name="waiting_of")),
    (CHARGES, IndexModel([("patient_id", 1), ("to_bill", 1), ("_id", 1)], name="to_bill_of")),
    (CHARGES, IndexModel([("to_pay", 1), ("service_date", 1), ("_id", 1)], name="owed")),
)


def _open_fields(charge: Charge) -> Mapping[str, object]:
    return {
        "patient_id": charge.patient_id,
        "tasks": [each.kind.value for each in tasks_of(charge)],
        "service_date": charge.rendered.service_date.isoformat(),
        "to_pay": bool(charge.balance),
        "waiting": charge.state is ChargeState.WAITING,
        "to_bill": charge.can_be_billed,
    }


class MongoCharges(Stored[Charge]):
    """See `billing.application.ports.Charges`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            CHARGES,
            Charge,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("charge"))

    async def open_of(self, patient_id: PatientId, /) -> list[Charge]:
        return await self._documents.all({"patient_id": patient_id, "to_pay": True}, of=patient_id)

    async def waiting_of(self, patient_id: PatientId, /) -> list[Charge]:
        return await self._documents.all({"patient_id": patient_id, "waiting": True}, of=patient_id)

    async def to_bill_of(self, patient_id: PatientId, /) -> list[Charge]:
        return await self._documents.all({"patient_id": patient_id, "to_bill": True}, of=patient_id)

    async def owed(self, limit: int, after: str | None) -> Listed[Charge]:
        return await self._documents.page({"to_pay": True}, sort=_BY_DATE, limit=limit, after=after)

    async def newest_of(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Charge]:
        return await self._documents.page({"patient_id": patient_id}, sort=_NEWEST_FIRST, limit=limit, after=after)

    async def of_day(self, day: date, *, of: PatientId) -> list[Charge]:
        return await self._documents.all({"patient_id": of, "service_date": day.isoformat()}, of=of)

    async def those(self, charge_ids: Collection[ChargeId], *, of: PatientId) -> list[Charge]:
        return await self._documents.all({"_id": {"$in": list(charge_ids)}}, of=of) if charge_ids else []

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Charge]:
        return await self._documents.page({"patient_id": patient_id}, sort=_BY_DATE, limit=limit, after=after)

    async def with_task(self, kind: TaskKind, limit: int, after: str | None) -> Listed[Charge]:
        return await self._documents.page({"tasks": kind.value}, sort=_BY_DATE, limit=limit, after=after)
