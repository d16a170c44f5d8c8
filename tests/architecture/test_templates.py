"""A template shows what it is given. What it would ask an object with a word of its own is asked where types are
checked: the domain compares such words by identity, so that a string is never one of them, and the answer wrong
without an error.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("services/*/src/*/entrypoints/pages"), ROOT / "libs/service/src/careflow_service/pages"]
TEMPLATES = sorted(file for pages in PAGES for file in pages.glob("templates/**/*.html"))

ASKED_BY_WORD = re.compile(r"[\w\])]\.(?!replace\()(\w+)\((?:[^()]*,\s*)?['\"]\w+['\"]")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: f"{file.parts[-2]}/{file.name}")
def test_no_template_asks_an_object_by_a_word(template: Path) -> None:
    assert ASKED_BY_WORD.findall(template.read_text("utf-8")) == []


def test_the_rule_sees_such_a_question() -> None:
    assert ASKED_BY_WORD.findall("{{ plan.terms.planned(\"dosing\") }} {{ days[0].of(now, 'x') }}") == ["planned", "of"]
    assert (
        ASKED_BY_WORD.findall('{{ "{:f}".format(x) }} {{ link(root, {"lang": lang}) }} {{ a | replace("{n}", b) }}')
        == []
    )
