"""The editions of ICD-10-CM that are shipped or that a clinic adds: a list of them, and one table of codes for each."""

import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from careflow_domain.errors import invalid
from careflow_service.typed import read

SHIPPED: Final = resources.files("billing") / "data" / "diagnosis_codes"
_LIST: Final = "editions.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One release, and the file beside the list with its codes: code, tab, description, compressed."""

    release: str
    source: str
    effective_from: date
    table: str


@dataclass(frozen=True, slots=True)
class Editions:
    """All editions, by the date each begins. Raises `diagnosis_codes_invalid`."""

    editions: tuple[Edition, ...]

    def __post_init__(self) -> None:
        starts = [edition.effective_from for edition in self.editions]
        if not starts or starts != sorted(set(starts)):
            raise invalid("diagnosis_codes_invalid", "Editions are listed by date, each beginning later than the last.")


class Table:
    """The codes of one edition; read once, when the first code is looked up."""

    def __init__(self, file: Traversable | Path) -> None:
        self._file = file

    @cached_property
    def descriptions(self) -> Mapping[str, str]:
        text = lzma.decompress(self._file.read_bytes()).decode()
        return dict(line.split("\t", 1) for line in text.splitlines())


class CodeEditions:
    """See `billing.domain.diagnoses.DiagnosisCodes`. Before the first edition the first one counts, after the last one
    the last. Raises OSError, ValidationError or DomainError `diagnosis_codes_invalid`.
    """

    def __init__(self, folder: Traversable | Path = SHIPPED) -> None:
        listed = read(folder / _LIST, Editions)
        self._tables = [(each.effective_from, Table(folder / each.table)) for each in listed.editions]
        missing = [each.table for each in listed.editions if not (folder / each.table).is_file()]
        if missing:
            raise invalid("diagnosis_codes_invalid", "An edition's table of codes is missing.", missing=missing)

    def description(self, code: str, on: date) -> str | None:
        holding = [table for effective_from, table in self._tables if effective_from <= on]
        table = holding[-1] if holding else self._tables[0][1]
        return table.descriptions.get(code)
