"""The overlay: processes are watched on a network of their own, and need nobody who watches them."""

import importlib
from typing import Any

import pytest
import yaml

from careflow_cli.stack.services import SERVICES
from careflow_service.telemetry.metrics import DEADLINE_OVERDUE
from tests.deployment.compose_files import Tree
from tests.observability.programs import CONFIGURATION

WATCHING = {"prometheus", "alertmanager", "blackbox", "host", "grafana", "collector", "tempo"}
PROCESSES = {f"{spec.name}-{process}" for spec in SERVICES for process in ("api", "worker", "timers")}

OF_TIMERS = "careflow_deadline_overdue_seconds"
"""What only who does what timers do measures, a process of its own or a worker."""


def configured(name: str) -> Any:
    return yaml.safe_load((CONFIGURATION / name).read_text("utf-8"))


def members(tree: Tree, network: str) -> set[str]:
    return {name for name, each in tree["services"].items() if network in each["networks"]}


def test_it_adds_who_watches_and_nothing_else(identity: Tree, observability: Tree) -> None:
    assert observability["services"].keys() - identity["services"].keys() == WATCHING


def test_processes_are_met_on_a_network_without_a_way_out_and_without_a_store(observability: Tree) -> None:
    assert observability["networks"]["observability"] == {"internal": True}
    assert members(observability, "observability") == WATCHING | PROCESSES
    assert members(observability, "alerts") == {"alertmanager"}
    assert members(observability, "grafana") == {"grafana"}
    assert members(observability, "edge") & WATCHING == {"blackbox"}
    for spec in SERVICES:
        assert not members(observability, spec.name) & WATCHING
    assert not members(observability, "kafka") & WATCHING


def test_nothing_waits_for_who_watches(observability: Tree) -> None:
    for name, each in observability["services"].items():
        assert not each.get("depends_on", {}).keys() & WATCHING, name


def test_every_process_is_asked_for_its_metrics() -> None:
    (careflow,) = (job for job in configured("prometheus.yml")["scrape_configs"] if job["job_name"] == "careflow")
    (looked_up,) = careflow["dns_sd_configs"]

    assert set(looked_up["names"]) == PROCESSES
    assert looked_up["port"] == 8000


def test_who_is_asked_for_metrics_is_there(observability: Tree) -> None:
    targets = [
        target
        for job in configured("prometheus.yml")["scrape_configs"]
        for static in job.get("static_configs", ())
        for target in static["targets"]
    ]

    assert {target.partition(":")[0] for target in targets} - {"localhost"} <= observability["services"].keys()


def test_every_process_is_missed() -> None:
    (missing,) = (
        rule["expr"]
        for group in configured("rules.yml")["groups"]
        for rule in group["rules"]
        if rule["alert"] == "ProcessMissing"
    )
    terms = {term.removeprefix("or ").strip() for term in missing.replace(" or ", "\nor ").splitlines()}

    assert terms == {
        f'absent(up{{job="careflow", service="{service}", process="{process}"}})'
        if process != "timers"
        else f'label_replace(absent({OF_TIMERS}{{job="careflow", service="{service}"}}), "process", "timers", "", "")'
        for service, process in (name.split("-") for name in PROCESSES)
    }


@pytest.mark.parametrize("service", [spec.name for spec in SERVICES])
def test_what_tells_that_somebody_does_what_timers_do_is_measured_of_every_service(service: str) -> None:
    assert importlib.import_module(f"{service}.bootstrap").SERVICE.deadlines
    assert [each.name for each in DEADLINE_OVERDUE.describe()] == [OF_TIMERS]


def test_spans_go_to_the_collector_and_from_it_to_tempo(observability: Tree, deployment: Tree) -> None:
    collector, tempo = configured("collector.yml"), configured("tempo.yml")
    port = collector["receivers"]["otlp"]["protocols"]["http"]["endpoint"].rpartition(":")[2]

    for name in PROCESSES:
        assert observability["services"][name]["environment"]["CAREFLOW_OTLP_ENDPOINT"] == f"http://collector:{port}"
        assert not deployment["services"][name]["environment"]["CAREFLOW_OTLP_ENDPOINT"]
    taken = tempo["distributor"]["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"].rpartition(":")[2]
    assert collector["exporters"]["otlp"]["endpoint"] == f"tempo:{taken}"
    pipeline = collector["service"]["pipelines"]["traces"]
    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) <= collector[kind].keys()


def test_data_of_who_watches_is_kept(observability: Tree) -> None:
    for name in ("prometheus", "alertmanager", "grafana", "tempo"):
        assert name in observability["volumes"]
        assert any(mount.startswith(f"{name}:/") for mount in observability["services"][name]["volumes"])
