"""Whoever reads a page reads who did something by name: what is stored is their id, which may be any string of the
clinic's identity provider.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("services/*/src/*/entrypoints/pages"), ROOT / "libs/service/src/careflow_service/pages"]
TEMPLATES = sorted(file for pages in PAGES for file in pages.glob("templates/**/*.html"))

SHOWN = re.compile(r"\{\{(.*?)\}\}")
SOMEBODY = re.compile(
    r"(?<![\w.\]])(\w+(?:\.\w+|\[[^\]]+\])*\.(?:by|\w+_by|prescriber|practitioner_id)|colleague_id)(?![\w.])"
)
AT = frozenset({"due_by", "review_by", "respond_by", "sign_by"})
"""Times by which something is to be done."""


@cache
def words() -> frozenset[str]:
    """The groups of words: what is read out of them is no id."""
    found = [tomllib.loads(file.read_text("utf-8")) for pages in PAGES for file in pages.glob("words/*.toml")]
    return frozenset(group for each in found for group in each)


def shown_raw(template: str, groups: frozenset[str]) -> Iterator[str]:
    """What a template shows of somebody without asking what they are called."""
    for shown in SHOWN.findall(template):
        for found in SOMEBODY.finditer(shown):
            name, before, after = found[1], shown[: found.start()], shown[found.end() :]
            is_asked = re.search(r"((called|write\.\w+|\.get)\(|\w=)$", before) or re.search(
                r"( if|==| and| or|\":)\s*$", before
            )
            compared = re.match(r"\s+(is|==|and|or|else)\b", after) or re.match(r"\s*[<>=]", after)
            if name.partition(".")[0] in groups or name.rpartition(".")[2] in AT or is_asked or compared:
                continue
            yield name


PLACE = re.compile(r"(?<![\w.'\"])(?:\w+\.)*location(?:_id)?(?![\w.'])")
NOT_READ = re.compile(r"place\([\w.]+\)|'location': (?:none if \w+ else )?[\w.]+|to_place\(.*?\)")
"""A name, a link, and what a form sends along unseen."""


def places_raw(template: str, groups: frozenset[str]) -> Iterator[str]:
    """Where a template shows the id of a location."""
    unseen = template.replace('value="{{ location }}"', "")
    for shown in SHOWN.findall(unseen):
        for found in PLACE.findall(NOT_READ.sub("", shown)):
            if found.partition(".")[0] not in groups and found != "alert.whereabouts.location":
                yield found


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: f"{file.parts[-2]}/{file.name}")
def test_no_location_is_shown_by_its_id(template: Path) -> None:
    assert [*places_raw(template.read_text("utf-8"), words())] == [], "write place(…) around it"


def test_the_rule_sees_the_id_of_a_location() -> None:
    groups = frozenset({"crisis_page"})
    raw = '{{ location }} {{ words.at | replace("{id}", location[-4:]) }} {{ case.location_id }}'
    assert [*places_raw(raw, groups)] == ["location", "location", "case.location_id"]
    named = """{{ place(location) }} {{ link(root, {'location': case.location_id}) }} {{ crisis_page.location }}
        <input type="hidden" name="location" value="{{ location }}">"""
    assert [*places_raw(named, groups)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: f"{file.parts[-2]}/{file.name}")
def test_nobody_is_shown_by_their_id(template: Path) -> None:
    raw = [*shown_raw(template.read_text("utf-8"), words())]
    assert raw == [], "write called(…) around it"


def test_the_rule_sees_an_id_and_lets_names_words_and_times_pass() -> None:
    groups = frozenset({"desk"})
    assert [*shown_raw('{{ desk.by | replace("{who}", order.signed_by) }}', groups)] == ["order.signed_by"]
    assert [*shown_raw("{{ case.findings[0].by }} {{ colleague_id }}", groups)] == [
        "case.findings[0].by",
        "colleague_id",
    ]
    assert [*shown_raw("{{ called(order.signed_by) }} {{ task.due_by }} {{ desk.taken_by }}", groups)] == []
