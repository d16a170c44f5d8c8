"""What `deploy/docker/install` takes out of other people's packages is there to be taken, and nobody here misses it."""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.deployment.compose_files import ROOT, text

pytestmark = pytest.mark.thorough

ELSEWHERE = "/canaille/"
"""Of the identity provider's own environment; tests/compose/test_production.py looks at its pages."""
LINES = [
    line
    for line in text("deploy/docker/install").splitlines()
    if line.startswith("new -path") and ELSEWHERE not in line
]
LOST = {line: found[1] for line in LINES if (found := re.search(r"\*/(?:site-packages/)?(\w+)/", line))}
"""The lines that take something out of one package, with its name."""
IN_IMAGES = sorted([*ROOT.glob("libs/*/src"), *ROOT.glob("services/*/src"), ROOT / "deploy/cli/src"])

PROGRAM = """
import json, sys
from datetime import UTC, date, datetime
from importlib import import_module
from zoneinfo import ZoneInfo

packages, imported, folders = json.loads(sys.argv[1])
sys.path[:0] = folders
for name in imported:
    import_module(name)

from careflow_service.pages.site import Writing
from careflow_service.pages.words import LOCALES, Words

zones = [ZoneInfo(name) for name in ("America/Los_Angeles", "America/New_York", "America/Phoenix", "Pacific/Honolulu")]
moments = [datetime(2026, month, 17, 18, 15, tzinfo=UTC) for month in range(1, 13)]
said = []
for language, locale in LOCALES.items():
    write = Writing(Words(language, locale, {}))
    said += [ways(at.date()) for at in moments for ways in (write.day, write.long_day, write.birth_date)]
    said += [ways for at in moments for zone in zones for ways in (write.time(at, zone), write.zone(zone, at))]
loaded = {
    name: module.__file__
    for name, module in sys.modules.items()
    if name.partition(".")[0] in packages and getattr(module, "__file__", None)
}
print(json.dumps({"said": said, "loaded": loaded}))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages something is taken out of, whole."""
    folder = tmp_path_factory.mktemp("image") / "site-packages"
    for package in {*LOST.values()}:
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        shutil.copytree(Path(spec.origin).parent, folder / package)
    return folder


@pytest.fixture(scope="module")
def taken(site: Path) -> dict[str, set[Path]]:
    """What each line has taken, after all of them."""
    found = {}
    for line in LOST:
        before = {*site.rglob("*")}
        script = f'set -eu; new() {{ find "$0" "$@"; }}; {line}'
        subprocess.run(["sh", "-c", script, str(site.parent)], check=True, timeout=60)
        found[line] = before - {*site.rglob("*")}
    return found


def imported(packages: Sequence[str]) -> Iterator[str]:
    """Every module of these packages that a source of ours imports, wherever in it."""
    for source in (file for folder in IN_IMAGES for file in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_bytes())):
            match node:
                case ast.Import(names=names):
                    found = [each.name for each in names]
                case ast.ImportFrom(module=str(module), names=names, level=0):
                    found = [module, *(f"{module}.{each.name}" for each in names)]
                case _:
                    continue
            yield from (name for name in found if name.partition(".")[0] in packages and is_module(name))


def is_module(name: str) -> bool:
    """Whether it is a module, or only a name in one."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def ask(*folders: Path) -> dict[str, Any]:
    """What is said, and which modules are loaded for it, with these folders looked through first."""
    packages = sorted({*LOST.values()})
    asked = json.dumps([packages, sorted({*imported(packages)}), [str(each) for each in folders]])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, asked], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_every_line_takes_something(taken: dict[str, set[Path]]) -> None:
    assert taken
    assert [line for line, paths in taken.items() if not paths] == []


def test_nobody_asks_for_what_was_taken(site: Path, taken: dict[str, set[Path]]) -> None:
    """No module of ours, and none it loads: one of `stdnum` names its file so, `at/fa`."""
    without = ask(site)

    assert without["loaded"]
    assert [name for name, file in without["loaded"].items() if not Path(file).is_relative_to(site)] == []
    numbers = site / "stdnum"
    data = [path for paths in taken.values() for path in paths if path.suffix == ".dat"]
    gone = [path.relative_to(numbers).with_suffix("").as_posix() for path in data if path.is_relative_to(numbers)]
    assert gone
    named = re.compile("|".join(rf"""["']{re.escape(name)}["']""" for name in sorted(gone)))
    assert [name for name, file in without["loaded"].items() if named.search(Path(file).read_text("utf-8"))] == []


@pytest.mark.usefixtures("taken")
def test_dates_and_zones_are_said_as_with_everything(site: Path) -> None:
    assert ask(site)["said"] == ask()["said"]
