"""Links to a patient's own questions in MongoDB: encrypted with the patient's key, no open fields but the id; blind:
whose. What makes a link hard to guess is not stored.
"""

from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Vault
from screening.domain.answer_links import AnswerLink

ANSWER_LINKS: Final = "answer_links"

INDEXES: Final = ((ANSWER_LINKS, IndexModel("patient_id", name="of_patient")),)


class MongoAnswerLinks(Stored[AnswerLink]):
    """See `screening.application.ports.AnswerLinks`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            ANSWER_LINKS,
            AnswerLink,
            fields=lambda link: {"patient_id": link.patient_id},
            blind=("patient_id",),
            owner=lambda link: link.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("link"))
