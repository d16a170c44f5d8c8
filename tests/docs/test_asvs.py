"""`docs/asvs.toml` names every requirement of OWASP ASVS 5.0.0 of levels 1 and 2 once, and what it names is there."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TABLE: dict[str, dict[str, dict[str, Any]]] = tomllib.loads((ROOT / "docs" / "asvs.toml").read_text("utf-8"))
ROWS = {number: row for chapter in TABLE.values() for number, row in chapter.items()}
STANDARD = {
    "1": ("22", "1111122223", "112222222223", "222", "123"),
    "2": ("122", "112", "12223", "23"),
    "3": ("3", "113", "12223", "11222233", "11122333", "3", "22333"),
    "4": ("12233", "23333", "22", "1222"),
    "5": ("2", "112333", "113", "222"),
    "6": ("122", "111111112222", "11223333", "112233", "22222333", "2223", "33", "2222"),
    "7": ("222", "1111", "22", "11222", "223", "22"),
    "8": ("1233", "1123", "133", "23"),
    "9": ("111", "1222"),
    "10": ("22", "223", "22223", "1111122222233333", "22222", "22", "222"),
    "11": ("2233", "22233", "11233", "1222", "23", "23", "33"),
    "12": ("12233", "11", "22223"),
    "13": ("2333", "222223", "2233", "1222233"),
    "14": ("22", "12223333", "122"),
    "15": ("12233", "12233", "1222222", "3333"),
    "16": ("2", "22222", "2222", "222", "2223"),
    "17": ("23", "22223333", "22"),
}
"""Chapter -> for each of its sections the level of each requirement, as the standard of May 2025 has them."""


def of_the_standard() -> dict[str, int]:
    return {
        f"{chapter}.{section}.{place}": int(level)
        for chapter, sections in STANDARD.items()
        for section, levels in enumerate(sections, 1)
        for place, level in enumerate(levels, 1)
    }


def test_the_numbers_here_are_as_many_as_the_standard_counts() -> None:
    levels = list(of_the_standard().values())

    assert [levels.count(level) for level in (1, 2, 3)] == [70, 183, 92]


def test_every_requirement_of_levels_one_and_two_is_there_at_its_level() -> None:
    assert {number: row["level"] for number, row in ROWS.items()} == {
        number: level for number, level in of_the_standard().items() if level < 3
    }
    assert [number for chapter, rows in TABLE.items() for number in rows if f"V{number.split('.')[0]}" != chapter] == []


def test_each_is_met_or_not_met_or_about_nothing_here() -> None:
    ways = ({"how", "test"}, {"how", "doc"}, {"missing"}, {"idle"})

    assert [number for number, row in ROWS.items() if row.keys() - {"level"} not in ways] == []


def proofs() -> set[str]:
    """Of all that is met by what a test proves."""
    named = (row["test"] for row in ROWS.values() if "test" in row)
    return {each for tests in named for each in ([tests] if isinstance(tests, str) else tests)}


@pytest.mark.parametrize("proof", sorted(proofs()))
def test_what_proves_it_is_a_test(proof: str) -> None:
    file, _, name = proof.partition("::")

    assert re.search(rf"^ *(async )?def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("number", [number for number, row in ROWS.items() if "doc" in row])
def test_what_tells_it_is_a_document(number: str) -> None:
    file, _, heading = ROWS[number]["doc"].partition("#")
    headings = re.findall(r"^#+ (.*)$", (ROOT / file).read_text("utf-8"), re.MULTILINE)

    assert not heading or heading in {re.sub(r"[^\w-]", "", each.lower().replace(" ", "-")) for each in headings}


def test_the_page_about_security_counts_as_the_table_does() -> None:
    counted = {way: sum(way in row for row in ROWS.values()) for way in ("how", "missing", "idle")}

    assert (
        f"Of {len(ROWS)} requirements {counted['how']} are met, {counted['missing']} are not and {counted['idle']} are"
        in (ROOT / "docs" / "security.md").read_text("utf-8")
    )
