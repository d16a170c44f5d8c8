"""Cases in MongoDB: encrypted with the patient's key. Open fields: whether open, whether a first decision is waited for
and since when, when evidence runs out, when to ask again; blind: whose.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from screening.application.ports import Due
from screening.domain.case import Case
from screening.domain.case_record import CaseState
from screening.domain.ids import PatientId

CASES: Final = "cases"
_NEWEST_FIRST: Final = (("opened_at", -1),)
_LONGEST_FIRST: Final = (("undecided_from", 1),)

INDEXES: Final = (
    (
        CASES,
        IndexModel("patient_id", name="one_open_case", unique=True, partialFilterExpression={"is_open": True}),
    ),
    (CASES, IndexModel([("patient_id", 1), ("opened_at", -1), ("_id", 1)], name="of_patient")),
    (CASES, IndexModel([("is_undecided", 1), ("undecided_from", 1), ("_id", 1)], name="undecided")),
    (CASES, IndexModel("due_at", name="due")),
    (CASES, IndexModel("asks_at", name="to_ask")),
)


class MongoCases(Stored[Case]):
    """See `screening.application.ports.Cases`."""

    order = _NEWEST_FIRST

    def __init__(self, database: Database, vault: Vault, *, evidence_warns_before: timedelta) -> None:
        def open_fields(case: Case) -> Mapping[str, object]:
            is_open = case.state is not CaseState.CLOSED
            return {
                "patient_id": case.patient_id,
                "is_open": is_open,
                "opened_at": case.opened_at,
                "is_undecided": case.undecided_from is not None,
                "undecided_from": case.undecided_from,
                "due_at": case.evidence_due_at(evidence_warns_before) if case.in_care else None,
                "asks_at": case.course.asks_at if is_open else None,
            }

        documents = Documents(
            database,
            CASES,
            Case,
            fields=open_fields,
            blind=("patient_id",),
            owner=lambda case: case.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("case"))

    async def open_of(self, patient_id: PatientId, /) -> Case | None:
        return await self._documents.one(of=patient_id, patient_id=patient_id, is_open=True)

    async def latest_of(self, patient_id: PatientId, /) -> Case | None:
        newest = await self._documents.many({"patient_id": patient_id}, of=patient_id, sort=_NEWEST_FIRST, limit=1)
        return newest[0] if newest else None

    async def all_of(self, patient_id: PatientId, /) -> list[Case]:
        cases = self._documents.looked  # allow looked: for readers, who decide nothing on it
        return await cases.all({"patient_id": patient_id}, sort=_NEWEST_FIRST)

    async def all_held(self, patient_id: PatientId, /) -> list[Case]:
        of_patient = {"patient_id": patient_id}
        return await self._documents.all(of_patient, of=patient_id, sort=_NEWEST_FIRST)

    async def undecided(self, *, limit: int, after: str | None) -> Listed[Case]:
        return await self._documents.page({"is_undecided": True}, sort=_LONGEST_FIRST, limit=limit, after=after)

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("due_at")

    async def next_to_ask(self) -> Due | None:
        return await self._documents.earliest("asks_at")
