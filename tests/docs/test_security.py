"""What docs/security.md says is proved is proved by a test there is, and what lies open is said there."""

import ast
import re
import tomllib
from pathlib import Path

DOCUMENT = Path("docs/security.md").read_text()
REQUIREMENTS = DOCUMENT[DOCUMENT.index("## Requirements") :]


def test_every_test_it_names_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", DOCUMENT)
    assert len(named) > 30
    missing = [f"{path}::{name}" for path, name in named if name not in _functions(Path(path))]
    assert missing == []


def test_every_requirement_is_proved_or_not_met_with_a_reason() -> None:
    rows = [line for line in REQUIREMENTS.splitlines() if line.startswith("| ") and "---" not in line]
    open_rows = [row for row in rows if "| item |" not in row and "::test_" not in row]
    assert [row for row in open_rows if not re.search(r"\| not met: .{20,} \|$", row)] == []


def test_what_lies_open_and_should_not_is_said() -> None:
    table = tomllib.loads(Path("docs/stored-fields.toml").read_text())
    not_met = {name for rows in table.values() for name, row in rows.items() if "not_met" in row}
    assert not_met
    assert [name for name in sorted(not_met) if f"`{name}`" not in DOCUMENT] == []


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
