#!/usr/bin/env bash
# typst 0.15.2 (the typesetter's Python package): a name for whose script no font is at hand.
#
# One would guess that a typesetter which cannot print a letter says so: by an error, or by one of the warnings that
# `compile_with_warnings` hands over beside the paper.
# Seen: a plain PDF is made without an error and without a warning; the letters are boxes with nothing in them, and on a bill the
# patient's name is gone. Told to make PDF/A (any part) or PDF/UA-1, the same source is refused, and the letter and the font are named. So
# whoever makes papers for people asks for one of those standards even where nobody demands it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'typst==0.15.2'
"$folder/venv/bin/python" - <<'PYTHON'
import typst

SOURCE = '#set document(title: "Bill")\n#set text(lang: "en")\nFor 王小明\n'.encode()

paper, warnings = typst.compile_with_warnings(SOURCE, ignore_system_fonts=True)
print("plain PDF:", len(paper), "bytes,", len(warnings), "warnings")
assert paper.startswith(b"%PDF") and not warnings, "changed: it is told now"

for standard in ("a-2b", "a-3b", "ua-1"):
    try:
        typst.compile(SOURCE, pdf_standards=standard, ignore_system_fonts=True)
    except typst.TypstError as error:
        print(f"{standard}: {error}")
        assert "could not be displayed with font" in str(error)
    else:
        raise SystemExit(f"changed: {standard} is made")
PYTHON
