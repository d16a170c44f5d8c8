"""The README's Python works as it stands."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from careflow_domain.errors import DomainError

(BLOCK,) = re.findall(r"```python\n(.*?)```", (Path(__file__).parents[1] / "README.md").read_text(), re.DOTALL)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_its_visit_is_closed_once_and_says_so() -> None:
    made: dict[str, Any] = {"__name__": __name__}
    exec(BLOCK, made)  # noqa: S102 - it is ours

    closed = made["Visit"](id="v1").close(now=NOW)

    assert closed.facts == (made["VisitClosed"](visit=closed, at=NOW),)
    with pytest.raises(DomainError, match="visit_closed"):
        closed.close(now=NOW)
