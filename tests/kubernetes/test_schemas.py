"""What Helm makes is what Kubernetes and its operators take, by their own schemas, with no field they do not know."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry, Resource

from tests.kubernetes.chart import DEPLOYMENTS, FETCHED, VARIANTS, Tree, everything, read

SCHEMAS = FETCHED / "packages" / "kubernetes_validate" / "kubernetes-json-schema"
VERSIONS = (read("Chart.yaml")["kubeVersion"].removeprefix(">=").removesuffix("-0"), "1.37.0")
"""The oldest Kubernetes the chart is for, and the newest whose schemas are here."""
OF_STRIMZI = "kafka.strimzi.io/v1"
"""Whose schemas are in no registry as such; docs/operators/kubernetes.md says what was done."""


def of_kubernetes(each: Tree, version: str) -> jsonschema.Draft202012Validator | None:
    group, _, api = each["apiVersion"].rpartition("/")
    name = "-".join(part for part in (each["kind"].lower(), group.partition(".")[0], api) if part)
    file = SCHEMAS / f"v{version}-local-strict" / f"{name}.json"
    if not file.is_file():
        return None
    return jsonschema.Draft202012Validator(json.loads(file.read_bytes()), registry=definitions(version))


@functools.cache
def definitions(version: str) -> Registry[Any]:
    content = json.loads((SCHEMAS / f"v{version}-local-strict" / "_definitions.json").read_bytes())
    registry: Registry[Any] = Registry()
    return Resource.from_contents(content) @ registry


@functools.cache
def of_operators() -> Mapping[tuple[str, str], Tree]:
    """(apiVersion, kind) -> schema, of what tests/kubernetes/fetch brought where there is Go."""
    found = {}
    for file in sorted(Path(FETCHED / "crds").glob("*.yaml")):
        spec = yaml.safe_load(file.read_text("utf-8"))["spec"]
        for version in spec["versions"]:
            key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
            found[key] = closed(version["schema"]["openAPIV3Schema"])
    return found


def closed(schema: Any) -> Any:
    """The same with every field that is not named forbidden, where the operator does not keep unknown ones."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    is_open = {"additionalProperties", "x-kubernetes-preserve-unknown-fields"} & schema.keys()
    if isinstance(schema.get("properties"), dict) and not is_open:
        found["additionalProperties"] = False
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("deployment", [*DEPLOYMENTS, *VARIANTS])
def test_kubernetes_takes_every_object(deployment: str, version: str) -> None:
    checked = 0
    for each in everything()[deployment]:
        if validator := of_kubernetes(each, version):
            wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(each)]
            assert wrong == [], (each["kind"], each["metadata"]["name"])
            checked += 1
        else:
            assert each["apiVersion"].partition("/")[0].count(".") >= 1, "an operator's kind, or a misspelt one"
            assert each["apiVersion"].partition("/")[0].endswith((".io", ".sh", ".com"))
    assert checked


@pytest.mark.parametrize("deployment", [*DEPLOYMENTS, *VARIANTS])
def test_operators_take_every_object(deployment: str) -> None:
    objects = everything()[deployment]
    if not of_operators():
        pytest.skip("there is no schema of an operator here; tests/kubernetes/fetch brings them where there is Go")
    for each in objects:
        key = (each["apiVersion"], each["kind"])
        if each["apiVersion"] == OF_STRIMZI or of_kubernetes(each, VERSIONS[-1]):
            continue
        content = {name: part for name, part in each.items() if name != "metadata"}
        wrong = list(jsonschema.Draft202012Validator(of_operators()[key]).iter_errors({**content, "metadata": {}}))
        assert [f"{error.json_path}: {error.message}" for error in wrong] == [], each["metadata"]["name"]


def test_a_field_nobody_knows_is_found() -> None:
    (scaled, *_) = (each for each in everything()["whole"] if each["kind"] == "ScaledObject")
    (deployment, *_) = (each for each in everything()["whole"] if each["kind"] == "Deployment")
    wrong = {**deployment, "spec": {**deployment["spec"], "replica": 2}}

    validator = of_kubernetes(wrong, VERSIONS[-1])
    assert validator is not None
    assert not validator.is_valid(wrong)
    if of_operators():
        schema = jsonschema.Draft202012Validator(of_operators()[scaled["apiVersion"], scaled["kind"]])
        assert schema.is_valid({**scaled, "metadata": {}})
        assert not schema.is_valid({**scaled, "metadata": {}, "spec": {**scaled["spec"], "maxReplica": 2}})
