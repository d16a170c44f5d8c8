# /// script
# requires-python = ">=3.11"
# dependencies = ["simple-icd-10-cm==1.5.0"]
# ///
"""Writes the table of billable ICD-10-CM codes that is shipped, from the library that carries the official release.

    .venv/bin/uv run services/billing/tools/diagnosis_codes.py

The library holds the release in memory for 170 MB and reads it for two seconds, so billing ships the two columns it
needs: the codes that may stand on a bill (those no further digit divides) and what they are called.
"""

import lzma
from pathlib import Path

import simple_icd_10_cm as released

DATA = Path(__file__).parents[1] / "src" / "billing" / "data" / "diagnosis_codes"
RELEASE = "2026-04-01"


def main() -> None:
    """One line for each code: the code, a tab, its description."""
    codes = sorted(code for code in set(released.get_all_codes()) if released.is_leaf(code))
    text = "".join(f"{code}\t{released.get_description(code)}\n" for code in codes)
    (DATA / f"icd-10-cm.{RELEASE}.tsv.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
