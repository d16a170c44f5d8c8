"""What screening says: every fact becomes its event."""

from typing import Any

import pytest

from careflow_events.contracts import EventData
from careflow_events.publication import Says
from careflow_service.testing.filling import AT, Filling
from screening.domain.clearance_terms import ClearanceTerms
from screening.domain.evaluation import DiagnosesRecorded, EvaluationRecorded, ServiceLine
from screening.published import PUBLISHED

SOME = Filling(
    {
        (ServiceLine, "code"): "90791",
        (DiagnosesRecorded, "disclosed"): ("F33.2",),
        (EvaluationRecorded, "parts"): ("risk",),
        (ClearanceTerms, "indications"): ("ptsd",),
        (ClearanceTerms, "excluded_routes"): ("oral",),
    }
)


@pytest.mark.parametrize("row", PUBLISHED.values(), ids=lambda row: row.fact.__name__)
def test_every_fact_becomes_the_event_its_row_names(row: Says[Any, EventData]) -> None:
    said = row(SOME(row.fact))

    assert (type(said.data),) == row.contracts
    assert said.time == AT
