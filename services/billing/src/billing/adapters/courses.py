"""Plans as billing knows them, in MongoDB, encrypted with the patient's key: services say what is treated.
Blind: whose."""

from typing import Final

from pymongo import IndexModel

from billing.domain.courses import Course
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault

COURSES: Final = "courses"

INDEXES: Final = ((COURSES, IndexModel("patient_id", name="of_patient")),)


class MongoCourses(Stored[Course]):
    """See `billing.application.ports.Courses`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            COURSES,
            Course,
            fields=lambda course: {"patient_id": course.patient_id},
            blind=("patient_id",),
            owner=lambda course: course.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("plan"))
