"""What a form of a case's page is made of: what it is about, what is asked, and the command it stands for."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from careflow_service.identity import Actor, RequestKey
from careflow_service.pages.asking import Field, Kind
from careflow_service.pages.words import Words
from careflow_service.pages.writing import Writing
from screening.application.queries.read_case_page import CaseSeen
from screening.application.use_cases import Screening
from screening.domain.case_record import CaseState
from screening.entrypoints.pages.case_commands import Asked


@dataclass(frozen=True, slots=True)
class About:
    """What a form changes, and its version. `apart`: it is of the part about substance use. `said`: which one it is;
    `of`: what the form itself names, where nobody chose it.
    """

    id: str
    version: int
    apart: bool = False
    said: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the form, in which words, on which clock, and how days are written for them."""

    actor: Actor
    words: Words
    zone: ZoneInfo
    write: Writing

    def word(self, group: str, code: str) -> str:
        return self.words.groups[group][code]


Fields = Sequence[Field]
Does = Callable[[Screening, Asked[Any], Actor, RequestKey], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class CaseForm:
    """`body` is what the API takes; `about` says what is changed, or None where there is nothing to change; `fields`
    are asked. `also` is what the page knows by itself of the one thing among several. A form `of_one` has its link
    beside that thing, one `at_once` is a button without a page of its own. `suggests` is what stands in the fields of
    one that nobody has filled in.
    """

    name: str
    body: type[BaseModel]
    does: Does
    about: Callable[[CaseSeen, str], About | None]
    fields: Callable[[CaseSeen, Reader], Fields] = lambda _, __: ()
    also: Callable[[str], Mapping[str, Any]] = lambda _: {}
    of_one: bool = False
    at_once: bool = False
    suggests: Callable[[CaseSeen, Reader], Mapping[str, str]] = lambda _, __: {}


def open_case(seen: CaseSeen, _: str) -> About | None:
    case = seen.general.case
    return None if case.state is CaseState.CLOSED else About(case.id, case.version)


def medication(seen: CaseSeen, of: str) -> About | None:
    for part in seen.parts:
        for each in part.case.medications:
            if each.id == of and each.voided is None and part.case.state is not CaseState.CLOSED:
                return About(part.case.id, part.case.version, apart=part is seen.apart, said=each.ingredient)
    return None


def prose(*names: str) -> Callable[[CaseSeen, Reader], Fields]:
    return lambda _, __: tuple(Field(name=name, kind=Kind.PROSE) for name in names)


def one_of(reader: Reader, name: str, group: str, codes: Iterable[str], kind: Kind = Kind.CHOICE) -> Field:
    return Field(name=name, kind=kind, options=[(code, reader.word(group, code)) for code in codes])
