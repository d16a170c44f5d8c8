"""What `deploy/docker/install` strips of its symbols are compiled parts, whatever else is called alike: a page of the
catalogue with `.so` in its name once stopped every image from being built.
"""

import re
import subprocess
import sys
from pathlib import Path

from tests.deployment.compose_files import ROOT, text

ELF = b"\x7fELF"
INSTALLED = Path(sys.prefix) / "lib"


def matched(folder: Path) -> set[Path]:
    """The files of a folder that the image's build would strip."""
    (expression,) = re.findall(r"-regex '([^']+)' -exec strip", text("deploy/docker/install"))
    found = subprocess.run(
        ["find", str(folder), "-type", "f", "-regex", expression], capture_output=True, text=True, check=True
    )
    return {Path(line) for line in found.stdout.splitlines()}


def test_compiled_parts_alone_are_stripped() -> None:
    folders = [INSTALLED, *ROOT.glob("libs/*/src"), *ROOT.glob("services/*/src"), ROOT / "deploy/cli/src"]
    files = {path for folder in folders for path in matched(folder)}

    assert files
    assert {path for path in files if not path.read_bytes().startswith(ELF)} == set()


def test_a_page_named_alike_is_none(tmp_path: Path) -> None:
    for name in ("Event.v1.somebody-else.json", "own.sources", "part.so", "libpart-1a.so.3", "libpart.so.1.2"):
        (tmp_path / name).touch()

    assert {path.name for path in matched(tmp_path)} == {"part.so", "libpart-1a.so.3", "libpart.so.1.2"}
