"""Papers and their bytes in MongoDB, encrypted with the patient's key. Open fields: the kind, the number, when it was
issued; blind: whose.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from billing.domain.ids import PatientId
from billing.domain.letterhead import PaperKind
from billing.domain.papers import Paper, Print
from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

PAPERS: Final = "papers"
PRINTS: Final = "paper_prints"
_BY_TIME: Final = (("issued_at", 1),)
_LATEST_FIRST: Final = (("_id", -1),)
_NEWEST_FIRST: Final = (("issued_at", -1), ("_id", -1))

INDEXES: Final = (
    (PAPERS, IndexModel([("patient_id", 1), ("issued_at", 1), ("_id", 1)], name="of_patient")),
    (PAPERS, IndexModel([("patient_id", 1), ("kind", 1), ("_id", 1)], name="of_kind")),
    (PAPERS, IndexModel("number", name="one_number_each", unique=True)),
    (PRINTS, IndexModel("patient_id", name="of_patient")),
)
FORMER_INDEXES: Final = ((PAPERS, "of_subject"), (PAPERS, "by_subject"))


def _open_fields(paper: Paper) -> Mapping[str, object]:
    return {
        "patient_id": paper.patient_id,
        "kind": paper.kind.value,
        "number": paper.number,
        "issued_at": paper.issued_at,
    }


class MongoPapers(Stored[Paper]):
    """See `billing.application.ports.Papers`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PAPERS,
            Paper,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda paper: paper.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("paper"))

    async def latest(self, kind: PaperKind, about: str | None = None, *, of: PatientId) -> Paper | None:
        of_kind = {"patient_id": of, "kind": kind.value}
        if about is None:
            found = await self._documents.many(of_kind, of=of, sort=_LATEST_FIRST, limit=1)
            return found[0] if found else None
        # A second blind field in an index would keep their key from being rotated, and of one kind a patient has few.
        told = [paper for paper in await self._documents.all(of_kind, of=of) if paper.about == about]
        return max(told, key=lambda paper: paper.id, default=None)

    async def of_patient(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Paper]:
        return await self._documents.page({"patient_id": patient_id}, sort=_BY_TIME, limit=limit, after=after)

    async def newest_of(self, patient_id: PatientId, limit: int, after: str | None) -> Listed[Paper]:
        return await self._documents.page({"patient_id": patient_id}, sort=_NEWEST_FIRST, limit=limit, after=after)


class MongoPrints(Stored[Print]):
    """See `billing.application.ports.Prints`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PRINTS,
            Print,
            fields=lambda each: {"patient_id": each.patient_id},
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("paper"))
