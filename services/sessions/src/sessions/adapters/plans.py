"""Plans and courses in MongoDB: encrypted with the patient's key. Open fields: whose, whether live, when due or
over."""

from collections.abc import Mapping, Sequence
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from sessions.application.ports import Due
from sessions.domain.course import Course
from sessions.domain.ids import PatientId
from sessions.domain.plans import LIVE, Plan

PLANS: Final = "plans"
COURSES: Final = "courses"

INDEXES: Final = (
    (
        PLANS,
        IndexModel("patient_id", name="one_live_plan", unique=True, partialFilterExpression={"live": True}),
    ),
    (PLANS, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (PLANS, IndexModel("ends_at", name="ends")),
    (PLANS, IndexModel([("ending", 1), ("last_day", 1), ("_id", 1)], name="ending")),
    (COURSES, IndexModel("due_at", name="due")),
)


def _open_fields(plan: Plan) -> Mapping[str, object]:
    return {
        "patient_id": plan.patient_id,
        "live": plan.state in LIVE,
        "ends_at": plan.ends_at,
        "ending": plan.ending,
        "last_day": plan.terms.expected_end.isoformat(),
    }


class MongoPlans(Stored[Plan]):
    """See `sessions.application.ports.Plans`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PLANS,
            Plan,
            fields=_open_fields,
            blind=("patient_id",),
            owner=lambda each: each.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("plan"))

    async def live_of(self, patient_id: PatientId, /) -> Plan | None:
        return await self._documents.one(of=patient_id, patient_id=patient_id, live=True)

    async def of_patient(self, patient_id: PatientId, /) -> list[Plan]:
        return await self._documents.all({"patient_id": patient_id}, of=patient_id)

    async def of_several(self, patient_ids: Sequence[PatientId], /) -> list[Plan]:
        plans = self._documents.looked  # allow looked: shown to a human, decides nothing
        return await plans.all({"patient_id": {"$in": list(patient_ids)}}) if patient_ids else []

    async def next_to_end(self) -> Due | None:
        return await self._documents.earliest("ends_at")

    async def ending(self, *, limit: int, after: str | None) -> Listed[Plan]:
        return await self._documents.page({"ending": True}, sort=(("last_day", 1),), limit=limit, after=after)


class MongoCourses(Stored[Course]):
    """See `sessions.application.ports.Courses`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            COURSES,
            Course,
            fields=lambda course: {"due_at": course.due_at},
            owner=lambda course: course.id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("course"))

    async def next_due(self) -> Due | None:
        return await self._documents.earliest("due_at")
