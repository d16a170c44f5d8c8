"""The time zones are those of the locked `tzdata`, whatever the machine has."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import careflow_service
from datetime import datetime
from zoneinfo import ZoneInfo
print(datetime(2026, 12, 1, 12, tzinfo=ZoneInfo("America/Los_Angeles")).utcoffset())
"""


def test_what_the_machine_says_of_a_zone_is_not_asked(tmp_path: Path) -> None:
    zone = tmp_path / "America" / "Los_Angeles"
    zone.parent.mkdir()
    zone.write_bytes(_utc())
    asked = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONTZPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.strip() == "-1 day, 16:00:00"


def _utc() -> bytes:
    """UTC as a zone file (RFC 8536, version 1)."""
    counts = b"".join(number.to_bytes(4, "big") for number in (0, 0, 0, 0, 1, 4))
    return b"TZif" + bytes(16) + counts + bytes(6) + b"UTC\0"
