"""The page with the clinical numbers has every one of them, with its source and where it acts."""

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from careflow_service.clinical_numbers import main, page, sections
from screening.adapters import clinical_content as of_screening
from screening.bootstrap import SERVICE as SCREENING
from sessions.adapters import clinical_content as of_sessions
from sessions.bootstrap import SERVICE as SESSIONS

SERVICES: dict[str, Any] = {"screening": SCREENING, "sessions": SESSIONS}
POLICIES: dict[str, Any] = {"screening": of_screening.clinical_policy, "sessions": of_sessions.clinical_policy}


def sources(document: Any) -> Iterator[str]:
    """Of everything in the document that states one."""
    if isinstance(document, dict):
        if isinstance(document.get("source"), str):
            yield document["source"]
        document = list(document.values())
    for each in document if isinstance(document, list) else ():
        yield from sources(each)


@pytest.mark.parametrize("service", POLICIES)
def test_every_source_in_the_shipped_document_is_on_the_page(service: str) -> None:
    folder = resources.files(service) / "data" / "policy"
    newest = max(folder.iterdir(), key=lambda file: file.name)
    told = {number.source for each in sections(POLICIES[service]()) for number in each.numbers}

    assert set(sources(json.loads(newest.read_bytes()))) - told == set()


@pytest.mark.parametrize("service", POLICIES)
def test_every_number_says_where_it_acts(service: str) -> None:
    rows = [line for line in page(service).splitlines() if line.startswith("| `")]

    assert len(rows) > 80
    assert [row for row in rows if row.endswith("|  |")] == []


@pytest.mark.parametrize("service", POLICIES)
def test_a_line_in_the_document_signs_its_version_and_nothing_is_said_to_be_missing(
    service: str, tmp_path: Path
) -> None:
    folder = resources.files(service) / "data" / "policy"
    document = json.loads(max(folder.iterdir(), key=lambda file: file.name).read_bytes())
    line = {"version": document["version"], "by": "Rosa Ortiz", "licence": "CA physician A12345", "on": "2026-12-01"}
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "ours.json").write_text(json.dumps({**document, "signed": [line]}))

    shipped, ours = POLICIES[service](), POLICIES[service](tmp_path)

    assert shipped.signature is None
    assert ours.signature is not None
    assert (ours.signature.by, ours.signature.version) == ("Rosa Ortiz", document["version"])
    assert ["policy_signature" in SERVICES[service].without(having(each)) for each in (shipped, ours)] == [True, False]


def having(policy: object) -> Any:
    """A service that decides by it, and has nothing else."""
    return SimpleNamespace(ports=SimpleNamespace(policy=policy, registrants=SimpleNamespace(registrants=())))


def test_the_page_says_that_nobody_has_signed_what_is_shipped_and_another_page_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "numbers.md"
    assert main([str(file), "sessions", "--check"]) == 1
    assert "make generated" in capsys.readouterr().err
    assert main([str(file), "sessions"]) == 0
    assert main([str(file), "sessions", "--check"]) == 0
    assert ", signed by nobody" in file.read_text("utf-8")
