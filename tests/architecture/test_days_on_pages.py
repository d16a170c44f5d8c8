"""Days on pages are written by whoever shows the page, who knows what day it is: of another year with their year."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("service", ["booking", "screening", "sessions"])
def test_no_page_writes_days_without_knowing_what_day_it_is(service: str) -> None:
    pages = ROOT / "services" / service / "src" / service / "entrypoints" / "pages"

    made = [file.name for file in sorted(pages.rglob("*.py")) if "Writing(" in file.read_text(encoding="utf-8")]

    assert made == [], "ask the site: pages.writing(words)"
