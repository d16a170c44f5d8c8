"""Each alert asks for what there is, names a runbook that is there, and fires when it should."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.observability.expressions import faults
from tests.observability.programs import CONFIGURATION, ROOT, program, says_yes

PROMTOOL_TESTS = Path(__file__).with_name("rules.test.yml")


def rules() -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = yaml.safe_load((CONFIGURATION / "rules.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def anchors(page: str) -> set[str]:
    """The addresses of the sections of a page."""
    headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_asks_for_what_there_is(rule: dict[str, Any]) -> None:
    assert faults(rule["expr"]) == []


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("careflow_outbox_oldest > 60", "there is no careflow_outbox_oldest"),
        ("max by (topic) (careflow_streams_blocked)", "careflow_streams_blocked has no label topic"),
        ('careflow_streams_blocked{topic="x"}', "careflow_streams_blocked has no label topic"),
        ('careflow_ready{check="database"} == 0', "check of careflow_ready is never database"),
        ('careflow_events_parked_total{topic=~"saf.*"}', "topic of careflow_events_parked_total is never saf.*"),
        ("sum by (le) (rate(careflow_handler_seconds_count[5m]))", "careflow_handler_seconds_count has no label le"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_found(expression: str, fault: str) -> None:
    assert faults(expression) == [fault]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_it_is_how_urgent_and_where_to_read_on(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket", "none"}
    assert rule["annotations"].keys() == {"summary", "runbook"}
    page, _, section = rule["annotations"]["runbook"].partition("#")
    assert section in anchors(page)


def test_every_alert_is_seen_to_fire() -> None:
    tried = {
        case["alertname"]
        for group in yaml.safe_load(PROMTOOL_TESTS.read_text("utf-8"))["tests"]
        for case in group["alert_rule_test"]
        if case["exp_alerts"]
    }
    assert tried == {rule["alert"] for rule in rules()}


def test_alerts_fire_when_they_should() -> None:
    says_yes(program("promtool"), "test", "rules", str(PROMTOOL_TESTS))


def test_prometheus_takes_its_files(tmp_path: Path) -> None:
    promtool = program("promtool")
    for name in ("prometheus.yml", "rules.yml"):
        text = (CONFIGURATION / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("/etc/prometheus/rules.yml", "rules.yml"))
    says_yes(promtool, "check", "config", "--lint=all", str(tmp_path / "prometheus.yml"))


def test_alertmanager_takes_its_file_also_with_what_is_proposed(tmp_path: Path) -> None:
    amtool = program("amtool")
    proposed = (CONFIGURATION / "alertmanager.yml").read_text("utf-8").replace("  # - name", "  - name")
    (tmp_path / "proposed.yml").write_text(proposed.replace("  #   ", "    "))
    for file in (CONFIGURATION / "alertmanager.yml", tmp_path / "proposed.yml"):
        says_yes(amtool, "check-config", str(file))


def test_the_blackbox_exporter_takes_its_file() -> None:
    exporter = program("blackbox_exporter", "prometheus-blackbox-exporter")
    says_yes(exporter, "--config.check", f"--config.file={CONFIGURATION / 'blackbox.yml'}")
