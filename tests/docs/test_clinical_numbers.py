"""The page with the clinical numbers has every one of them, with its source and where it acts."""

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from careflow_domain.policy_signatures import digest_of
from careflow_service.clinical_numbers import main, page, sections
from screening.adapters import clinic_data as of_screening
from screening.bootstrap import SERVICE as SCREENING
from sessions.adapters import clinic_data as of_sessions
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
    told = {number.source for each in sections(POLICIES[service]()) for number in each.numbers}

    assert set(sources(shipped(service))) - told == set()


@pytest.mark.parametrize("service", POLICIES)
def test_every_number_says_where_it_acts(service: str) -> None:
    rows = [line for line in page(service).splitlines() if line.startswith("| `")]

    assert len(rows) > 80
    assert [row for row in rows if row.endswith("|  |")] == []


@pytest.mark.parametrize("service", POLICIES)
def test_a_line_in_the_document_signs_what_it_says_and_a_changed_number_is_signed_by_nobody(
    service: str, tmp_path: Path
) -> None:
    document = shipped(service)
    signed = clinic(tmp_path / "signed", service, {**document, "signed": [line(document)]})
    changed = clinic(tmp_path / "changed", service, {**otherwise(document), "signed": [line(document)]})
    written_anew = json.dumps(dict(sorted({**document, "signed": [line(document)]}.items())), indent=7)
    spaced = clinic(tmp_path / "spaced", service, written_anew)
    unbound = clinic(tmp_path / "unbound", service, {**document, "signed": [{**line(document), "digest": ""}]})

    read = {each.name: POLICIES[service](each / service) for each in (signed, changed, spaced, unbound)}

    assert POLICIES[service]().signature is None
    assert read["signed"].signature == read["spaced"].signature
    assert (read["signed"].signature.by, read["signed"].signature.version) == ("Rosa Ortiz", document["version"])
    assert [read["changed"].signature, read["unbound"].signature] == [None, None]
    missed = {name: "policy_signature" in SERVICES[service].without(having(each)) for name, each in read.items()}
    assert missed == {"signed": False, "changed": True, "spaced": False, "unbound": True}


def shipped(service: str) -> dict[str, Any]:
    folder = resources.files(service) / "data" / "policy"
    document: dict[str, Any] = json.loads(max(folder.iterdir(), key=lambda file: file.name).read_bytes())
    return document


def otherwise(document: dict[str, Any]) -> dict[str, Any]:
    """One number more of retention, under the same version."""
    years = document["retention"]["care_record_years"]
    more = {**document["retention"], "care_record_years": {**years, "value": years["value"] + 1}}
    return {**document, "retention": more}


def line(document: dict[str, Any]) -> dict[str, str]:
    digest = digest_of(json.dumps(document).encode())
    read = {"version": document["version"], "digest": digest}
    return {**read, "by": "Rosa Ortiz", "licence": "CA physician A12345", "on": "2026-12-01"}


def clinic(content: Path, service: str, document: dict[str, Any] | str) -> Path:
    """Its content, with a policy of its own."""
    file = content / service / "policy" / "ours.json"
    file.parent.mkdir(parents=True)
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return content


@pytest.mark.parametrize("service", POLICIES)
def test_a_clinic_prints_its_own_numbers_with_the_line_that_signs_them(
    service: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = otherwise(shipped(service))
    content = clinic(tmp_path, service, document)
    (other,) = set(POLICIES) - {service}

    assert main([service, other, "--content", str(content)]) == 0

    printed = capsys.readouterr().out
    years = document["retention"]["care_record_years"]
    assert f"| `care_record_years` | {years['value']} | years |" in printed
    assert "`ours.json`, the clinic's own" in printed
    assert f"as shipped: `{digest_of(json.dumps(shipped(other)).encode())}`" in printed
    found = [json.loads(each) for each in printed.splitlines() if each.startswith("{")]
    mine = [each for each in found if each["digest"] == digest_of(json.dumps(document).encode())]
    assert [each["version"] for each in mine] == [document["version"]]

    signed = {**mine[0], "by": "Rosa Ortiz", "licence": "CA physician A12345", "on": "2026-12-01"}
    (content / service / "policy" / "ours.json").write_text(json.dumps({**document, "signed": [signed]}))

    assert main([service, "--content", str(content)]) == 0
    printed = capsys.readouterr().out
    assert "signed by Rosa Ortiz (CA physician A12345) on 2026-12-01" in printed
    assert '{"version"' not in printed


@pytest.mark.parametrize("service", POLICIES)
def test_a_clinic_is_told_that_what_was_signed_has_changed(
    service: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = shipped(service)

    def told(name: str, said: dict[str, Any]) -> tuple[str | None, str | None]:
        assert main([service, "--signatures", "--content", str(clinic(tmp_path / name, service, said))]) == 0
        answer = json.loads(capsys.readouterr().out)[service]
        assert (answer["version"], answer["file"]) == (document["version"], "ours.json")
        return answer["signed_on"], answer["signed_before"]

    assert told("unsigned", document) == (None, None)
    assert told("signed", {**document, "signed": [line(document)]}) == ("2026-12-01", "2026-12-01")
    assert told("changed", {**otherwise(document), "signed": [line(document)]}) == (None, "2026-12-01")


@pytest.mark.parametrize("service", POLICIES)
@pytest.mark.parametrize("content", ["{", '{"version": "1", "version": "2"}', "{}"])
def test_what_a_service_would_not_start_with_is_not_printed(
    service: str, content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([service, "--content", str(clinic(tmp_path, service, content))]) == 3

    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)


def having(policy: object) -> Any:
    """A service that decides by it, and has nothing else."""
    nothing = SimpleNamespace(registrants=(), samples_in_force=True)
    return SimpleNamespace(ports=SimpleNamespace(policy=policy, registrants=nothing, consent_texts=nothing))


def test_the_page_says_that_nobody_has_signed_what_is_shipped_and_another_page_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "numbers.md"
    assert main(["sessions", "--check", str(file)]) == 1
    assert "make generated" in capsys.readouterr().err
    assert main(["sessions", "--write", str(file)]) == 0
    assert main(["sessions", "--check", str(file)]) == 0
    assert ", signed by nobody" in file.read_text("utf-8")
