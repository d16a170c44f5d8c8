"""A very small clinic for the tests of this library: one aggregate, one fact, one publication."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from pymongo import IndexModel

from careflow_domain.aggregate import Aggregate, Fact
from careflow_events.contracts import CarePathStageChanged
from careflow_events.contracts.codes import CareStage
from careflow_events.publication import PublicationTable, published, says
from careflow_service.ids import new_id
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store

REACHED_AT: Final = datetime(2026, 3, 2, 17, tzinfo=UTC)
"""When a care path moved on, where a test does not care."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageReached(Fact):
    """A patient's care path moved on."""

    patient_id: str
    before: CareStage
    after: CareStage


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePath(Aggregate):
    """Where a patient stands, and until when the next step must be made."""

    id: str
    patient_id: str
    stage: CareStage
    due_at: datetime | None = None
    calls: int = 0

    def reach(self, stage: CareStage, *, at: datetime = REACHED_AT) -> CarePath:
        """The care path at `stage`; nothing is due any more."""
        reached = StageReached(patient_id=self.patient_id, before=self.stage, after=stage, at=at)
        return replace(self.recording(reached), stage=stage, due_at=None)

    def call(self) -> CarePath:
        """The patient was called once more."""
        return replace(self.recording(), calls=self.calls + 1)


def a_care_path(
    name: str | None = None,
    *,
    stage: CareStage = CareStage.INFO_CALL,
    due_at: datetime | None = None,
    calls: int = 0,
) -> CarePath:
    """A new patient at the info call, with nothing due. Care paths of one `name` are of one patient."""
    id_ = name or new_id()
    return CarePath(id=id_, patient_id=str(uuid5(NAMESPACE_OID, id_)), stage=stage, due_at=due_at, calls=calls)


def _open_fields(path: CarePath) -> Mapping[str, object]:
    return {"patient_id": path.patient_id, "stage": path.stage.value, "due_at": path.due_at, "calls": path.calls}


INDEXES: Final = (
    ("care_paths", IndexModel("patient_id", name="one_care_path_per_patient", unique=True)),
    ("care_paths", IndexModel("due_at", name="due")),
    ("care_paths", IndexModel([("stage", 1), ("calls", -1), ("_id", 1)], name="by_stage")),
)

PUBLISHED: Final[PublicationTable] = published(
    says(
        StageReached,
        CarePathStageChanged,
        lambda fact: CarePathStageChanged(patient_id=fact.patient_id, from_=fact.before, to=fact.after),
    )
)


def care_paths(store: Store) -> Documents[CarePath]:
    """Care paths in plain bodies."""
    return Documents(store.database, "care_paths", CarePath, fields=_open_fields, owner=lambda path: path.patient_id)


def private_care_paths(store: Store, *, blind: Collection[str] = ("patient_id",)) -> Documents[CarePath]:
    """Care paths encrypted with their patient's key, these fields blind."""
    return Documents(
        store.database,
        "care_paths",
        CarePath,
        fields=_open_fields,
        blind=blind,
        owner=lambda path: path.patient_id,
        vault=store.vault,
    )
