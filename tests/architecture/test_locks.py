"""The lock files agree with what they were made from, pin by hash, and tell nobody where to download.

`make locks` writes them; this needs no network, so it checks agreement and not whether something newer exists.
"""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageMetadata, metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from careflow_cli.release.advisories import waivers

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "locks").glob("*.txt"))
PROJECTS = sorted(ROOT.glob("*/*/pyproject.toml"))
OWN = {tomllib.loads(project.read_text("utf-8"))["project"]["name"]: project for project in PROJECTS}
IMAGE = {"worker", "otlp"}
"""The extras with which every image is made (`locks/compile`)."""

SERVICES = ("booking", "screening", "sessions", "billing")
LOOKED_AT = re.compile(r"\b(Apache|BSD|ISC|MIT|MPL|Mozilla|PSF|Unlicense)\b")
"""Licences that ask of who runs or ships a whole no more than to name them, or to show changes of that one part."""
NOT_SO = re.compile(r"GPL|SSPL|BUSL|Commons Clause|[Pp]roprietary")
LOOKED_AT_ALONE = {"python-stdnum": "LGPL, which asks that who has the image can change it: it is imported as it came"}


def pins(lock: str) -> dict[str, Version]:
    """Name -> pinned version of one lock file."""
    text = (ROOT / "locks" / f"{lock}.txt").read_text("utf-8")
    found = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in found}


def extras_of(table: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = table.get("optional-dependencies", {})
    return found


def required(project: Path, *, everything: bool = True) -> list[Requirement]:
    """What a package asks for with all its extras, or as an image has it: with those of an image, and with those of our
    own packages that it names.
    """
    table = tomllib.loads(project.read_text("utf-8"))["project"]
    chosen = [extra for name, extra in extras_of(table).items() if everything or name in IMAGE]
    found = []
    for requirement in map(
        Requirement, [*table.get("dependencies", []), *(each for extra in chosen for each in extra)]
    ):
        if requirement.name not in OWN:
            found.append(requirement)
        elif requirement.extras:
            own = tomllib.loads(OWN[requirement.name].read_text("utf-8"))["project"]
            asked = (Requirement(each) for name in requirement.extras for each in extras_of(own)[name])
            found += [each for each in asked if each.name not in OWN]
    return found


def inputs(name: str) -> list[Requirement]:
    """The requirements of an `.in` file."""
    lines = (line.split("#")[0].strip() for line in (ROOT / "locks" / f"{name}.in").read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line]


def unmet(requirements: list[Requirement], lock: str) -> list[str]:
    pinned = pins(lock)
    return [
        str(each)
        for each in requirements
        if (version := pinned.get(canonicalize_name(each.name))) is None
        or not each.specifier.contains(version, prereleases=True)
    ]


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.parent.name)
def test_a_package_says_the_least_version_of_all_it_needs(project: Path) -> None:
    table = tomllib.loads(project.read_text("utf-8"))["project"]
    asked = [*table.get("dependencies", []), *(each for extra in extras_of(table).values() for each in extra)]

    assert [each for each in asked if not any(part.operator == ">=" for part in Requirement(each).specifier)] == []


@pytest.mark.parametrize("project", [*ROOT.glob("services/*/pyproject.toml"), ROOT / "libs/service/pyproject.toml"])
def test_a_service_without_extras_needs_no_kafka_client_and_no_exporter(project: Path) -> None:
    asked = {Requirement(each) for each in tomllib.loads(project.read_text("utf-8"))["project"]["dependencies"]}
    own = {extra for each in asked if each.name in OWN for extra in each.extras}

    assert own <= {"mongo", "calendar"}
    assert {each.name for each in asked} & {"aiokafka", "faststream", "opentelemetry-sdk"} == set()


def test_the_workspace_lock_satisfies_every_package() -> None:
    asked = [*inputs("workspace"), *(each for project in PROJECTS for each in required(project))]

    assert unmet(asked, "workspace") == []


@pytest.mark.parametrize("service", sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml")))
def test_a_service_lock_satisfies_the_service_and_its_libraries_and_agrees_with_the_workspace(service: str) -> None:
    projects = [ROOT / "services" / service / "pyproject.toml", *ROOT.glob("libs/*/pyproject.toml")]
    asked = [each for project in projects for each in required(project, everything=False)]

    assert unmet(asked, service) == []
    workspace = pins("workspace")
    assert {name: version for name, version in pins(service).items() if workspace.get(name) != version} == {}


def test_what_images_have_in_common_is_in_the_lock_of_each_service() -> None:
    common = pins("libraries")

    assert (
        unmet(
            [each for project in ROOT.glob("libs/*/pyproject.toml") for each in required(project, everything=False)],
            "libraries",
        )
        == []
    )
    for service in ROOT.glob("services/*/pyproject.toml"):
        assert common.items() <= pins(service.parent.name).items()


def test_the_tools_lock_satisfies_the_command_without_what_only_a_local_stack_needs() -> None:
    command = tomllib.loads((ROOT / "deploy" / "cli" / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [Requirement(each) for each in command["dependencies"]]
    libraries = required(ROOT / "libs" / "events" / "pyproject.toml", everything=False)

    assert unmet([each for each in asked if each.name not in OWN], "tools") == []
    assert unmet([each for each in libraries if each.name in ("joserfc", "orjson", "pydantic")], "tools") == []
    local = {Requirement(each).name for each in command["optional-dependencies"]["local"]}
    assert local & pins("tools").keys() == set()
    assert {name for name, version in pins("tools").items() if pins("workspace").get(name) != version} == set()


@pytest.mark.parametrize("name", ["bootstrap", "build", "identity", "kubernetes", "store"])
def test_a_lock_with_an_input_of_its_own_satisfies_it(name: str) -> None:
    assert unmet(inputs(name), name) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_pin_has_hashes_and_no_lock_names_an_address(lock: Path) -> None:
    text = lock.read_text("utf-8")
    entries = [entry for entry in re.split(r"\n(?=[A-Za-z0-9])", text) if "==" in entry.split("\n")[0]]

    assert entries
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.search(r"https?://|--index-url|--find-links", text) is None


def licence_of(about: PackageMetadata) -> str:
    told = [each for each in about.get_all("Classifier") or () if each.startswith("License ::")]
    return " ".join(about.get_all("License-Expression") or told or about.get_all("License") or ())


@pytest.mark.parametrize("service", SERVICES)
def test_what_an_image_holds_is_under_a_licence_that_was_looked_at(service: str) -> None:
    licences = {name: licence_of(metadata(name)) for name in pins(service) if name not in LOOKED_AT_ALONE}
    assert [f"{name}: {said}" for name, said in licences.items() if NOT_SO.search(said)] == []
    assert [f"{name}: {said}" for name, said in licences.items() if not LOOKED_AT.search(said)] == []


def test_a_vulnerability_is_lived_with_for_a_reason_and_a_while() -> None:
    today = datetime.now(UTC).date()
    kept = waivers(ROOT / "locks" / "waivers.toml")

    assert [each.id for each in kept if not (each.id and each.package and each.reason)] == []
    assert [each.id for each in kept if not today <= each.until <= today + timedelta(days=90)] == []
