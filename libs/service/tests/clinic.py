"""A very small clinic for the tests of this library: one aggregate, one fact, one publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from pymongo import IndexModel

from careflow_events.contracts import CarePathStageChanged
from careflow_events.contracts.codes import CareStage
from careflow_events.publication import Publication, PublicationTable, patient_subject
from careflow_service.ids import new_id
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.store import Store


@dataclass(frozen=True, slots=True)
class StageWasReached:
    """A patient's care path moved on."""

    patient_id: str
    before: CareStage
    after: CareStage


@dataclass(frozen=True, slots=True)
class CarePath:
    """Where a patient stands, and until when the next step must be made."""

    id: str
    patient_id: str
    stage: CareStage
    due_at: datetime | None = None
    calls: int = 0
    version: int = 1
    facts: tuple[StageWasReached, ...] = field(default=(), compare=False)

    def reach(self, stage: CareStage) -> CarePath:
        """The care path at `stage`; nothing is due any more."""
        reached = StageWasReached(self.patient_id, self.stage, stage)
        return replace(self, stage=stage, due_at=None, version=self.version + 1, facts=(*self.facts, reached))

    def call(self) -> CarePath:
        """The patient was called once more."""
        return replace(self, calls=self.calls + 1, version=self.version + 1)


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

PUBLISHED: Final[PublicationTable] = MappingProxyType(
    {
        StageWasReached: lambda fact: Publication(
            subject=patient_subject(fact.patient_id),
            data=CarePathStageChanged(patient_id=fact.patient_id, from_=fact.before, to=fact.after),
        )
    }
)


def care_paths(store: Store) -> Documents[CarePath]:
    """Care paths in plain bodies."""
    return Documents(store.database, "care_paths", CarePath, fields=_open_fields)


def private_care_paths(store: Store) -> Documents[CarePath]:
    """Care paths encrypted with their patient's key."""
    return Documents(
        store.database,
        "care_paths",
        CarePath,
        fields=_open_fields,
        owner=lambda path: path.patient_id,
        vault=store.vault,
    )
