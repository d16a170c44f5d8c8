"""What somebody has to do about the controlled drugs of a place by a date, and that it was done or is late."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from careflow_domain.aggregate import Fact
from sessions.domain.ids import LocationId, TaskId


class DrugTask(StrEnum):
    DISCREPANCY_DECISION = "discrepancy_decision"
    DEA_NOTICE = "dea_notice"
    DEA_FORM_106 = "dea_form_106"
    DEA_NO_LOSS = "dea_no_loss"
    BIENNIAL_INVENTORY = "biennial_inventory"
    INITIAL_INVENTORY = "initial_inventory"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugTaskFact(Fact):
    """`task_id` is what the task belongs to: several of one case follow each other; of an
    inventory the one before, of the first one its location."""

    location_id: LocationId
    task_id: TaskId
    task: DrugTask
    due_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugTaskDue(DrugTaskFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugTaskCompleted(DrugTaskFact):
    """It was done, or is asked for no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugTaskOverdue(DrugTaskFact):
    pass
