"""What holds for every code and every contract of the catalogue."""

from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic.fields import FieldInfo

from careflow_events import contracts
from careflow_events.catalogue import (
    CATALOGUE,
    recipients,
)
from careflow_events.contracts.code import ClosedCode, Code, OpenCode, SealedCode
from careflow_events.contracts.model import ContractModel, EventData, Section
from careflow_events.contracts.sealed import sealed_fields


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

    def test_names_consumers_that_exist(self, contract: type[EventData]) -> None:
        for field in sealed_fields(contract):
            assert set(field.consumers) <= {"booking", "screening", "sessions", "billing"}
            assert issubclass(field.plaintext, ContractModel)


def test_a_code_of_sealed_sections_only_may_stand_nowhere_else() -> None:
    open_parts = [each for each in _models(ContractModel) if not issubclass(each, Section)]
    said_in_the_open = {code for part in open_parts for field in part.model_fields.values() for code in _codes(field)}

    assert {code for code in every_code() if not issubclass(code, SealedCode)} == said_in_the_open


def test_each_service_knows_whom_it_seals_to() -> None:
    assert recipients("booking") == {"screening", "sessions", "billing"}
    assert recipients("screening") == {"booking", "sessions", "billing"}


def _members(code: type[Code]) -> list[tuple[str, str]]:
    return [(name, member.value) for name, member in code.__members__.items()]


def _models(root: type[ContractModel]) -> Iterator[type[ContractModel]]:
    for model in root.__subclasses__():
        if model.__module__.startswith(contracts.__name__):
            yield model
        yield from _models(model)


def _codes(field: FieldInfo) -> Iterator[type[Code]]:
    """The codes a field is made of, alone or in a list; a sealed section is a model of its own."""
    kinds = [field.annotation]
    while kinds:
        kind = kinds.pop()
        kinds += get_args(kind)
        if isinstance(kind, type) and issubclass(kind, Code):
            yield kind
