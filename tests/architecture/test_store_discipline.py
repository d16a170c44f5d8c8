"""Mistakes with the store and with time that compile, pass most tests and lose data: found by reading the code.

A rule is broken knowingly by a comment on the line, `# allow <rule>: <reason>`, and in no other way.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("libs/*/src", "services/*/src")

STORE_CALLS = frozenset(
    {
        "insert_one", "insert_many", "update_one", "update_many", "replace_one", "delete_one", "delete_many",
        "bulk_write", "find_one", "aggregate", "find_one_and_update", "find_one_and_replace",
        "find_one_and_delete", "count_documents", "distinct", "watch",
    }
)  # fmt: skip
DRIVERS = frozenset({"pymongo", "bson", "motor", "gridfs", "aiokafka", "faststream"})
CLOCKS = frozenset({"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"})
ZONE_ARGUMENT = {"datetime": 8, "datetime.datetime": 8, "datetime.combine": 3, "datetime.fromtimestamp": 2}
"""What makes an instant -> which of its arguments is the zone."""
RUNNER = "libs/service/src/careflow_service/mongo/work.py"

Finder = Callable[[ast.Module], Iterator[int]]


@dataclass(frozen=True)
class Rule:
    """`where` says which files it holds for, `find` gives the lines that break it."""

    name: str
    why: str
    where: Callable[[PurePosixPath], bool]
    find: Finder


def duplicate_key_handlers(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            caught = {_last_name(each) for each in ast.walk(node.type)}
            if "DuplicateKeyError" in caught:
                yield node.lineno


def store_calls(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in STORE_CALLS:
            yield node.lineno


def unguarded_reads(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "looked":
            yield node.lineno


def partial_reads(tree: ast.Module) -> Iterator[int]:
    """Up to so many of what matches; the first of an order is another thing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "many":
            limit = next((ast.unparse(each.value) for each in node.keywords if each.arg == "limit"), "")
            if limit != "1":
                yield node.lineno


def driver_imports(tree: ast.Module) -> Iterator[int]:
    yield from (line for line, module in _imports(tree) if module.partition(".")[0] in DRIVERS)


def imports_beyond_the_standard_library(tree: ast.Module) -> Iterator[int]:
    for line, module in _imports(tree):
        package, _, rest = module.partition(".")
        is_domain = package == "careflow_domain" or rest == "domain" or rest.startswith("domain.")
        if package not in sys.stdlib_module_names and not is_domain:
            yield line


def untold_times(tree: ast.Module) -> Iterator[int]:
    """Clocks read where time must be given, and instants made without a zone."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ".".join(ast.unparse(node.func).split(".")[-2:])
        named = any(keyword.arg in {"tzinfo", "tz", None} for keyword in node.keywords)
        without_zone = not named and len(node.args) < ZONE_ARGUMENT.get(name, 0)
        if name in CLOCKS or without_zone:
            yield node.lineno


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What a module imports when it runs; what only the type checker reads is not a dependency on a driver."""
    for node in tree.body:
        if isinstance(node, ast.If) and _last_name(node.test) == "TYPE_CHECKING":
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import):
                yield from ((inner.lineno, alias.name) for alias in inner.names)
            elif isinstance(inner, ast.ImportFrom) and inner.module is not None and inner.level == 0:
                yield inner.lineno, inner.module


def _last_name(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None


def _in_service(path: PurePosixPath) -> bool:
    return path.parts[0] == "services"


def _room(path: PurePosixPath) -> str:
    """The room of a service or the part of a library that a file is in; "" for its top."""
    return path.parts[4] if len(path.parts) > 5 else ""


DRIVER_FREE_IN_LIBRARY = frozenset({"", "timers"})

RULES = (
    Rule(
        "duplicate-key",
        "a duplicate key ends the transaction; swallowed inside it, the runner loops. Only the runner handles it",
        lambda path: str(path) != RUNNER,
        duplicate_key_handlers,
    ),
    Rule(
        "store-call",
        "only adapters speak to the store; use cases speak to repositories",
        lambda path: _in_service(path) and _room(path) != "adapters",
        store_calls,
    ),
    Rule(
        "looked",
        "what is only looked at is not guarded: a decision that rests on it may be overtaken unseen",
        lambda path: _in_service(path),
        unguarded_reads,
    ),
    Rule(
        "some",
        "what lies beyond the limit is left out in silence, and a decision or a sum rests on all: `all`, or a page",
        lambda path: _in_service(path) and _room(path) == "adapters",
        partial_reads,
    ),
    Rule(
        "driver",
        "only adapters know a driver; processes that need none must be able to start without it",
        lambda path: (
            _room(path) != "adapters"
            if _in_service(path)
            else path.parts[1] == "service" and _room(path) in DRIVER_FREE_IN_LIBRARY
        ),
        driver_imports,
    ),
    Rule(
        "domain-import",
        "the domain imports the standard library, the library of all domains, and itself",
        lambda path: path.parts[:2] == ("libs", "domain") or (_in_service(path) and _room(path) == "domain"),
        imports_beyond_the_standard_library,
    ),
    Rule(
        "time",
        "domain and use cases are given the time, and every instant has its zone",
        lambda path: _in_service(path) and _room(path) in {"domain", "application"},
        untold_times,
    ),
)


class Code:
    """A file, parsed once."""

    def __init__(self, source: str) -> None:
        self._lines, self._tree = source.splitlines(), ast.parse(source)

    def breaking(self, rule: Rule) -> list[int]:
        """The lines that break the rule without an excuse."""
        excuse = re.compile(rf"# allow {rule.name}: \S")
        return sorted({line for line in rule.find(self._tree) if not excuse.search(self._lines[line - 1])})


def broken_lines(rule: Rule, source: str) -> list[int]:
    """The lines of `source` that break `rule` without an excuse."""
    return Code(source).breaking(rule)


def sources() -> Iterator[Path]:
    for pattern in SOURCES:
        for folder in sorted(ROOT.glob(pattern)):
            yield from sorted(folder.rglob("*.py"))


@cache
def broken() -> Mapping[str, Sequence[str]]:
    """Where each rule is broken; every file is read once for all of them."""
    found: dict[str, list[str]] = {rule.name: [] for rule in RULES}
    for file in sources():
        path = PurePosixPath(file.relative_to(ROOT).as_posix())
        code = Code(file.read_text(encoding="utf-8"))
        for rule in (rule for rule in RULES if rule.where(path)):
            found[rule.name] += [f"{path}:{line}" for line in code.breaking(rule)]
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_nobody_breaks(rule: Rule) -> None:
    found = broken()[rule.name]
    assert not found, f"{rule.why}: {', '.join(found)}"


def rule_named(name: str) -> Rule:
    return next(rule for rule in RULES if rule.name == name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("duplicate-key", "try:\n    x()\nexcept DuplicateKeyError:\n    pass"),
        ("duplicate-key", "try:\n    x()\nexcept (ValueError, errors.DuplicateKeyError):\n    pass"),
        ("store-call", "await self.rows.update_one({}, {})"),
        ("looked", "await self._documents.looked.many({}, limit=1)"),
        ("some", "await self._documents.many(query, of=patient_id, limit=500)"),
        ("some", "await rooms.many(query, limit=MOST)"),
        ("driver", "import pymongo.errors"),
        ("driver", "def f():\n    from bson import Binary"),
        ("domain-import", "from pydantic import BaseModel"),
        ("domain-import", "from booking.adapters import rooms"),
        ("domain-import", "from careflow_service.ids import new_id"),
        ("time", "datetime.now(UTC)"),
        ("time", "datetime.datetime.now()"),
        ("time", "date.today()"),
        ("time", "datetime(2026, 3, 2)"),
        ("time", "datetime.combine(day, opens)"),
        ("time", "datetime.fromtimestamp(0)"),
    ],
)
def test_a_rule_finds(name: str, code: str) -> None:
    assert broken_lines(rule_named(name), code)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("duplicate-key", "try:\n    x()\nexcept ValueError:\n    pass"),
        (
            "duplicate-key",
            "try:\n    x()\nexcept DuplicateKeyError:  # allow duplicate-key: outside a transaction\n    y()",
        ),
        ("store-call", "await self.rooms.save(room, expecting=1, tx=tx)"),
        ("looked", "await self._documents.many({}, of=patient_id, limit=1)"),
        ("looked", "await self._documents.looked.find(ROTA)  # allow looked: who was on call then is asked"),
        ("some", "await self._documents.all(query, of=patient_id)"),
        ("some", "await self._documents.many(query, of=patient_id, sort=_NEWEST, limit=1)"),
        ("some", "await patients.many(query, limit=MOST)  # allow some: offered to a human"),
        ("driver", "if TYPE_CHECKING:\n    from pymongo import IndexModel"),
        ("domain-import", "from careflow_domain.errors import conflict"),
        ("domain-import", "from zoneinfo import ZoneInfo\nfrom booking.domain.slots import Slot"),
        ("time", "datetime(2026, 3, 2, tzinfo=UTC)"),
        ("time", "datetime.combine(day, opens, tzinfo=zone)"),
        ("time", "datetime.combine(day, opens, zone)"),
        ("time", "tx.now.date()"),
    ],
)
def test_a_rule_lets_pass(name: str, code: str) -> None:
    assert not broken_lines(rule_named(name), code)


def test_an_excuse_needs_a_reason() -> None:
    assert broken_lines(rule_named("time"), "date.today()  # allow time:")
    assert broken_lines(rule_named("time"), "date.today()  # allow driver: another rule")
