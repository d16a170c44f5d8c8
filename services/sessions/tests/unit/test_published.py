"""What sessions says: every fact becomes its event."""

from datetime import timedelta
from typing import Any

import pytest

from careflow_events.contracts import EventData
from careflow_events.publication import Says
from careflow_service.testing.filling import AT, Filling
from services.sessions.tests.builders import vitals
from sessions.domain.drug_amounts import DrugUnit, Piece
from sessions.domain.service_lines import BillableServices, ServiceLine, TherapyTime
from sessions.domain.vitals import VitalSigns
from sessions.published import PUBLISHED

SOME = Filling(
    {
        VitalSigns: vitals(),
        (TherapyTime, "started_at"): AT - timedelta(minutes=50),
        (Piece, "unit"): DrugUnit.DEVICE,
        (BillableServices, "revision"): 2,
        (ServiceLine, "code"): "90834",
        (ServiceLine, "modifiers"): ("95",),
        (ServiceLine, "place_of_service"): "11",
        (ServiceLine, "ndc"): "42023011510",
    }
)


@pytest.mark.parametrize("row", PUBLISHED.values(), ids=lambda row: row.fact.__name__)
def test_every_fact_becomes_the_event_its_row_names(row: Says[Any, EventData]) -> None:
    said = row(SOME(row.fact))

    assert (type(said.data),) == row.contracts
    assert said.time == AT
