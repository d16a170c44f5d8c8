"""The shipped policy and definitions, and what is refused of a clinic's own."""

import json
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from screening.adapters.clinic_data import ClinicalContentWrong, clinical_content, clinical_policy, questionnaires
from services.screening.tests.builders import POLICY


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A clinic's own copy of the shipped content."""
    with resources.as_file(resources.files("screening") / "data") as shipped:
        shutil.copytree(shipped, tmp_path / "content")
    return tmp_path / "content"


def changed(content: Path, change: Any) -> Path:
    """The newest policy document, changed, as a newer one."""
    (shipped,) = (content / "policy").iterdir()
    document = json.loads(shipped.read_text())
    change(document)
    newer = content / "policy" / "clinical-policy.2027-01-01.json"
    newer.write_text(json.dumps(document))
    return content


def spans(value: Any) -> list[dict[str, Any]]:
    """Every number with a unit in the document."""
    if isinstance(value, dict):
        own = [value] if {"value", "unit"} <= value.keys() else []
        return own + [each for inner in value.values() for each in spans(inner)]
    return [each for inner in value for each in spans(inner)] if isinstance(value, list) else []


def test_every_number_of_the_shipped_policy_names_its_source_and_default(content: Path) -> None:
    (shipped,) = (content / "policy").iterdir()
    document = json.loads(shipped.read_text())
    assert len(spans(document)) > 20
    assert all(each["source"] and each["default"] == each["value"] for each in spans(document))
    rows = [*document["condition_rules"], *document["measure_rules"], *document["result_rules"]]
    rows += [*document["age_rules"], document["licence"], document["allergens"]]
    assert all(row["source"] and row["resolved_by"] for row in rows)


def test_every_contraindication_of_the_domain_has_its_rule() -> None:
    found = {row.rule for row in POLICY.condition_rules} | {row.rule for row in POLICY.measure_rules}
    found |= {row.rule for row in POLICY.age_rules} | {POLICY.licence.rule, POLICY.allergens.rule}
    assert found == {f"CI-{number:02}" for number in range(1, 21)} | {"CI-OTHER"}


def test_a_clinic_changes_a_number_in_a_newer_document(content: Path) -> None:
    def longer(document: dict[str, Any]) -> None:
        document["version"] = "2027-01-01"
        document["clearance"]["valid_for"]["value"] = 60

    policy = clinical_policy(changed(content, longer))
    assert (policy.version, policy.clearance.valid_for.length.days) == ("2027-01-01", 60)
    assert policy.clearance.valid_for.default == 90


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda document: document.update(surprise=1), "surprise"),
        (lambda document: document["clearance"].pop("valid_for"), "valid_for"),
        (lambda document: document["alert_responses"].pop("crisis_page"), "alert response"),
        (lambda document: document["evidence"].pop(), "kind of evidence"),
        (
            lambda document: document["evidence"][2]["required_for"].update(drugs=["celexa"]),
            r"does not know \(celexa\)",
        ),
        (lambda document: document["condition_rules"][0].update(finding_class="D"), "finding_class"),
        (lambda document: document["condition_rules"].pop(), "no rule looks for other"),
        (lambda document: document["age_rules"][0].pop("below"), "either `below` or `from_age`"),
        (lambda document: document["clearance"].update(warn_days_before=[2, 7, 14]), "earliest to the last"),
        (lambda document: document["intake"]["for_indication"].pop(), "every indication"),
        (lambda document: document["clinic_hours"].update(weekdays=[]), "clinic hours"),
    ],
)
def test_a_policy_that_says_too_little_or_too_much_is_refused(content: Path, change: Any, where: str) -> None:
    with pytest.raises(ClinicalContentWrong, match=where):
        clinical_policy(changed(content, change))


def test_a_definition_with_an_unknown_key_is_refused(content: Path) -> None:
    file = content / "questionnaires" / "phq-9.v1.en.json"
    document = json.loads(file.read_text())
    document["item_alert"] = document.pop("item_alerts")
    file.write_text(json.dumps(document))
    with pytest.raises(ClinicalContentWrong, match="item_alert"):
        questionnaires(content)


def test_an_intake_that_asks_for_what_is_not_there_is_refused(content: Path) -> None:
    (content / "questionnaires" / "gad-7.v1.en.json").unlink()
    with pytest.raises(ClinicalContentWrong, match="gad-7"):
        clinical_content(content)


def test_an_instrument_whose_text_the_clinic_has_not_supplied_is_never_asked(content: Path) -> None:
    def painful(document: dict[str, Any]) -> None:
        document["intake"]["questionnaires"].append("peg")

    with pytest.raises(ClinicalContentWrong, match="peg, whose text the clinic has to supply"):
        clinical_content(changed(content, painful))


def test_content_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClinicalContentWrong, match="cannot be read"):
        clinical_content(tmp_path)
    (tmp_path / "policy").mkdir()
    with pytest.raises(ClinicalContentWrong, match="empty"):
        clinical_content(tmp_path)
