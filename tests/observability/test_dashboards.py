"""Each dashboard asks for what there is, of a data source that is provisioned. Grafana itself is not run here."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
import yaml

from tests.observability.expressions import OF_TARGETS, faults, labels_of
from tests.observability.programs import CONFIGURATION

DASHBOARDS = sorted((CONFIGURATION / "grafana" / "dashboards").glob("*.json"))
LEGEND = re.compile(r"\{\{(\w+)\}\}")


def panels(file: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["panels"]
    return found


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_a_dashboard_asks_for_what_there_is(file: Any) -> None:
    targets = [target for panel in panels(file) for target in panel["targets"]]

    assert targets
    assert [fault for target in targets for fault in faults(target["expr"])] == []
    for target in targets:
        assert set(LEGEND.findall(target["legendFormat"])) <= labels_of(target["expr"]) | OF_TARGETS


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)
def test_a_dashboard_is_whole(file: Any) -> None:
    dashboard = json.loads(file.read_text("utf-8"))
    provisioned = yaml.safe_load((CONFIGURATION / "grafana" / "datasources.yml").read_text("utf-8"))["datasources"]
    sources = {source["uid"] for source in provisioned}
    places = sorted((each["gridPos"]["y"], each["gridPos"]["x"], each["gridPos"]["w"]) for each in dashboard["panels"])

    assert dashboard["uid"] == f"careflow-{file.stem}"
    assert {
        each["datasource"]["uid"] for panel in dashboard["panels"] for each in (panel, *panel["targets"])
    } <= sources
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    for (row, left, width), (next_row, next_left, _) in pairwise(places):
        assert next_row > row or next_left >= left + width, "two panels lie over each other"


def test_there_is_a_dashboard_for_each_thing_operators_look_after() -> None:
    assert [file.stem for file in DASHBOARDS] == ["flow", "freshness", "http", "money", "safety", "stores"]
