"""How the version of a policy is written: it stands in events and in cells of spreadsheets."""

import re
from typing import Final

from careflow_domain.errors import invalid

VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""As the events name it; it begins like no formula of a spreadsheet."""


def check_version(version: str) -> None:
    """Raises `policy_invalid`."""
    if VERSION.fullmatch(version) is None:
        raise invalid(
            "policy_invalid",
            "A version is letters, digits, points, hyphens and underscores, and begins with a letter or digit.",
        )
