"""What holds for every code and every contract of the catalogue."""

from collections.abc import Iterator
from typing import Any

import pytest

from careflow_events.catalogue import (
    CATALOGUE,
    recipients,
)
from careflow_events.contracts.code import ClosedCode, Code, OpenCode, SealedCode
from careflow_events.contracts.model import ContractModel, EventData
from careflow_events.contracts.sealed import sealed_fields
from careflow_events.schemas import published


def every_code() -> list[type[Code]]:
    kinds = (OpenCode, SealedCode, ClosedCode)
    return [each for kind in kinds for each in kind.__subclasses__() if each not in kinds]


@pytest.mark.parametrize("code", every_code(), ids=str)
class TestEveryCode:
    def test_says_what_it_is_and_what_each_value_means(self, code: type[Code]) -> None:
        assert code.__doc__
        assert all(member.meaning for member in code)

    def test_is_written_in_lower_snake_case(self, code: type[Code]) -> None:
        assert all(value == name.lower() and value.replace("_", "").isalnum() for name, value in _members(code))

    def test_has_unknown_for_readers_if_and_only_if_it_is_open(self, code: type[Code]) -> None:
        assert ("unknown" in {member.value for member in code}) == code.is_open()
        assert "unknown" not in code.known()


@pytest.mark.parametrize("contract", CATALOGUE.values(), ids=str)
class TestEveryContract:
    def test_says_what_it_means(self, contract: type[EventData]) -> None:
        assert contract.__doc__

    def test_never_opens_what_must_be_sealed(self, contract: type[EventData]) -> None:
        """Names, contact, birth dates and free text have no place in open data: only ids, codes, moments, numbers."""
        schema = published(contract)
        for path, node in _open_strings(schema, schema):
            assert "x-code" in node or "pattern" in node or node.get("format") == "date-time", path

    def test_names_consumers_that_exist(self, contract: type[EventData]) -> None:
        for field in sealed_fields(contract):
            assert set(field.consumers) <= {"booking", "screening", "sessions", "billing"}
            assert issubclass(field.plaintext, ContractModel)


def test_each_service_knows_whom_it_seals_to() -> None:
    assert recipients("booking") == {"screening", "sessions", "billing"}
    assert recipients("screening") == {"sessions", "billing"}


def _members(code: type[Code]) -> list[tuple[str, str]]:
    return [(name, member.value) for name, member in code.__members__.items()]


def _open_strings(node: Any, document: Any, path: str = "data") -> Iterator[tuple[str, dict[str, Any]]]:
    if "x-plaintext" in node:
        return
    if "$ref" in node:
        node = document["$defs"][node["$ref"].rpartition("/")[2]]
    if node["type"] == "string":
        yield path, node
    for name, inner in node.get("properties", {}).items():
        yield from _open_strings(inner, document, f"{path}.{name}")
    if "items" in node:
        yield from _open_strings(node["items"], document, f"{path}[]")
