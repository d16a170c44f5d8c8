"""The chart: what stands in its files, and what Helm makes of it where tests/kubernetes/fetch has brought Helm."""

import functools
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from careflow_cli.stack.services import SERVICES

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm"
FETCHED = ROOT / ".careflow" / "kubernetes"
NAMES = [spec.name for spec in SERVICES]
PROCESSES = ("api", "worker", "timers")
DEPLOYMENTS = sorted(path.stem for path in (CHART / "deployments").glob("*.yaml"))

Tree = dict[str, Any]


def read(file: str) -> Any:
    """A YAML file of the chart."""
    return yaml.safe_load((CHART / file).read_text("utf-8"))


def values(deployment: str, **changes: Any) -> Tree:
    """An example of values, with changes on top of it."""
    return _merged(read(f"deployments/{deployment}.yaml"), changes)


def _merged(base: Tree, changes: Mapping[str, Any]) -> Tree:
    return base | {
        key: _merged(base.get(key, {}), value) if isinstance(value, Mapping) else value
        for key, value in changes.items()
    }


def said_of(asked: Iterable[Tree]) -> list[Tree]:
    """What Helm says of each of these values. Skips where there is no Helm."""
    packages = FETCHED / "packages"
    if not (packages / "helm_python").is_dir():
        pytest.skip("there is no Helm here; tests/kubernetes/fetch brings it")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("render.py")), str(CHART)],
        input=json.dumps([*asked]),
        env={"PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[Tree] = json.loads(done.stdout)
    return found


READERS = {"warehouse": ["operational", "financial"], "watch": ["safety"]}
VARIANTS = {
    "with readers": values("platform", kafka={"readers": READERS}),
    "behind an ingress": values(
        "platform",
        edge={"ingress": {"enabled": True, "host": "careflow.example.org", "certificate": "careflow-public"}},
    ),
    "watched": values("whole", network={"metricsFrom": ["monitoring"], "tracesTo": ["monitoring"]}),
    "with mail": values("whole", settings={"CAREFLOW_SMTP_HOST": "mail.example.org"}),
    "with content of its own": values(
        "whole",
        services={
            "screening": {"content": [{"configMap": "clinic", "key": "policy.2027.json", "path": "policy/2027.json"}]}
        },
    ),
    "with TLS at stores": values("whole", stores={"tls": {"authority": "vouching", "certificateEnding": "tls"}}),
    "behind a KMS": values("whole", kms={"enabled": True, "out": [9443]}),
    "small": values(
        "whole",
        kafka={"brokers": 1},
        stores={"members": 1},
        edge={"replicas": 1},
        processes={
            "api": {"replicas": 1, "most": 1},
            "worker": {"replicas": 1, "most": 1},
            "timers": {"replicas": 1},
        },
    ),
}
"""What examples leave out, by what it is about."""


@functools.cache
def everything() -> Mapping[str, tuple[Tree, ...]]:
    """The objects of every example and variant, by its name."""
    asked = {name: values(name) for name in DEPLOYMENTS} | VARIANTS
    said = said_of(asked.values())
    assert [each["refused"] for each in said if "refused" in each] == []
    assert [each["lint"] for each in said if each["lint"]] == []
    return {name: tuple(_objects(each["manifests"])) for name, each in zip(asked, said, strict=True)}


def _objects(manifests: Iterable[str]) -> Iterable[Tree]:
    for text in manifests:
        yield from (each for each in yaml.load_all(text, yaml.CSafeLoader) if each)


def of_kind(deployment: str, kind: str) -> dict[str, Tree]:
    """The objects of a kind, by name."""
    return {each["metadata"]["name"]: each for each in everything()[deployment] if each["kind"] == kind}


def pods(deployment: str) -> dict[str, Tree]:
    """What the pods of each Deployment are made of, by its name."""
    return {name: each["spec"]["template"]["spec"] for name, each in of_kind(deployment, "Deployment").items()}
