"""Notes in MongoDB: clinical ones encrypted with the patient's key, psychotherapy notes in a collection of their own
with a key of their own. Open fields: none; blind: about whom, of which session, and whose draft a clinical one is.
"""

from collections.abc import Mapping
from typing import Final

from pymongo import IndexModel

from careflow_domain.errors import not_found
from careflow_service.listed import Listed
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored
from careflow_service.mongo.vault import Apart, Vault
from sessions.domain.ids import PatientId, SessionId, StaffId
from sessions.domain.notes import ClinicalNote
from sessions.domain.psychotherapy_notes import PsychotherapyNote

NOTES: Final = "notes"
PSYCHOTHERAPY_NOTES: Final = "psychotherapy_notes"

INDEXES: Final = (
    (NOTES, IndexModel([("patient_id", 1), ("_id", 1)], name="of_patient")),
    (NOTES, IndexModel([("session_id", 1), ("_id", 1)], name="of_session")),
    (NOTES, IndexModel([("draft_of", 1), ("_id", 1)], name="drafts_of_author")),
    (PSYCHOTHERAPY_NOTES, IndexModel("patient_id", name="of_patient")),
    (PSYCHOTHERAPY_NOTES, IndexModel("session_id", name="of_session")),
)
FORMER_INDEXES: Final = ((PSYCHOTHERAPY_NOTES, "of_author"),)


def _open_fields(note: ClinicalNote) -> Mapping[str, object]:
    return {"patient_id": note.patient_id, "session_id": note.session_id, "draft_of": note.draft_of}


class MongoNotes(Stored[ClinicalNote]):
    """See `sessions.application.ports.Notes`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            NOTES,
            ClinicalNote,
            fields=_open_fields,
            blind=("patient_id", "session_id", "draft_of"),
            owner=lambda note: note.patient_id,
            vault=vault,
        )
        super().__init__(documents, lambda: not_found("note"))

    async def of_session(self, session_id: SessionId, /, *, of: PatientId) -> list[ClinicalNote]:
        return await self._documents.all({"session_id": session_id}, of=of)

    async def drafts_of(self, author: StaffId, /, *, limit: int, after: str | None) -> Listed[ClinicalNote]:
        return await self._documents.page({"draft_of": author}, limit=limit, after=after)


class MongoPsychotherapyNotes(Stored[PsychotherapyNote]):
    """See `sessions.application.ports.PsychotherapyNotes`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        documents = Documents(
            database,
            PSYCHOTHERAPY_NOTES,
            PsychotherapyNote,
            fields=lambda note: {"patient_id": note.patient_id, "session_id": note.session_id},
            blind=("patient_id", "session_id"),
            owner=lambda note: note.patient_id,
            vault=vault,
            apart=Apart.PSYCHOTHERAPY_NOTES,
        )
        super().__init__(documents, lambda: not_found("psychotherapy_note"))

    async def of_session(self, session_id: SessionId, author: StaffId, /, *, of: PatientId) -> list[PsychotherapyNote]:
        # Whose each is stands sealed with it: an index may not name two blind fields, and a session has few of these.
        kept = await self._documents.all({"session_id": session_id}, of=of)
        return [note for note in kept if note.author == author]
