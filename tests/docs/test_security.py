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


def test_every_collection_is_in_the_table() -> None:
    table = tomllib.loads(Path("docs/stored-fields.toml").read_text())
    kept = {
        (file.parts[1], name)
        for file in Path("services").glob("*/src/*/adapters/*.py")
        for name in _collections(ast.parse(file.read_text()))
    }
    assert len(kept) > 20
    assert sorted((service, name) for service, name in kept if name not in table[service]) == []


def test_no_command_says_a_secret_in_its_arguments() -> None:
    """What a command is given is read by everybody on that machine, in its list of processes."""
    places = [*Path("docs").rglob("*.md"), *Path("deploy").rglob("*.y*ml"), Path("docker-compose.yml")]
    said = re.compile(r"--pass\S*[ =]|MONGO_INITDB_ROOT_PASSWORD:")

    assert [str(place) for place in places if said.search(place.read_text("utf-8"))] == []


def _collections(tree: ast.Module) -> set[str]:
    """The names of collections that a module opens: the second argument of `Documents`, or the key of a database."""
    texts = {
        node.target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
    calls = (node.args[1] for node in ast.walk(tree) if isinstance(node, ast.Call) and _opens(node))
    keys = (
        node.slice
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "database"
    )
    return {texts[each.id] for each in (*calls, *keys) if isinstance(each, ast.Name)}


def _opens(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "Documents"


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
