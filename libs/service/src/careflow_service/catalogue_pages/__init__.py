"""The catalogue of events as pages for people: generated from the models, the services' tables and what was released;
committed, checked.

A page for each event, an index of them, and one of all fields. They are plain files, and what they load or offer to
download stands beside them: the folder can be opened, copied or served as it is. Without their one script they lack
the filter.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import files
from itertools import groupby, pairwise
from pathlib import Path, PurePosixPath
from typing import Any, Final

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from careflow_events.catalogue import CATALOGUE, authenticated
from careflow_events.contracts.model import EventData, LocationEvent, PatientEvent
from careflow_events.contracts.sealed import sealed_fields
from careflow_events.schemas import published, released, written
from careflow_events.schemas.fields import DescribedField, Difference, described_fields, differences
from careflow_events.testing.samples import Sample, sample_key_ring, samples
from careflow_events.topics import EVERY_TOPIC, SERVICES, TOPICS, Topic
from careflow_service.pages.catalogue_routes import digest

Contract = type[EventData]

_SHOWN: Final = 44
"""Characters of a sealed section's parts that are shown of them."""
_ASIDE: Final = ("catalogue.css", "filter.js")


@dataclass(frozen=True, slots=True)
class Tables:
    """Who says and who hears what, as the services' own tables have it."""

    says: Mapping[Contract, tuple[str, ...]]
    hears: Mapping[Contract, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ShownSample:
    """A golden sample to read: sealed sections cut short, and what each reader finds in them."""

    name: str
    text: str
    opened: tuple[tuple[str, str, str], ...]
    """Field, consumer, plaintext."""
    file: str


@dataclass(frozen=True, slots=True)
class Version:
    """What one release, or what comes after the last, says otherwise than the one before."""

    name: str
    note: str
    changes: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """All that is said of one event."""

    contract: Contract
    fields: tuple[DescribedField, ...]
    description: str
    said_by: tuple[str, ...]
    heard_by: tuple[str, ...]
    versions: tuple[Version, ...]

    @property
    def name(self) -> str:
        return self.contract.name()

    @property
    def file(self) -> str:
        return PurePosixPath(self.contract.page()).name

    @property
    def schema(self) -> str:
        """The file of its published schema."""
        return f"{self.name}.v{self.contract.major}.json"

    @property
    def everywhere(self) -> bool:
        """Whether it is said in every topic, by whoever writes it."""
        return self.contract.topic is EVERY_TOPIC

    @property
    def planned(self) -> bool:
        """Whether no service says it yet."""
        return not self.said_by

    @property
    def sentence(self) -> str:
        """The first one of what it means."""
        head, point, _ = self.description.partition(". ")
        return head + point.strip()

    @property
    def stream(self) -> str:
        """What its `subject` is."""
        if issubclass(self.contract, PatientEvent):
            return "patient:<patient_id>"
        return "location:<location_id>" if issubclass(self.contract, LocationEvent) else ""

    @property
    def groups(self) -> list[tuple[DescribedField | None, list[DescribedField]]]:
        """Its fields: the open ones under None, then those of each sealed section under the section."""
        opened: list[DescribedField] = []
        found: list[tuple[DescribedField | None, list[DescribedField]]] = [(None, opened)]
        for field in self.fields:
            if field.depth == 0 and field.sealed_for:
                found.append((field, []))
            elif field.sealed_for:
                found[-1][1].append(field)
            else:
                opened.append(field)
        return found

    @property
    def words(self) -> str:
        """Whatever somebody may look for, in small letters."""
        codes = (value for field in self.fields for value in field.known)
        topic = self.contract.topic
        return " ".join(
            dict.fromkeys(
                word.lower()
                for word in (
                    self.name,
                    self.contract.type(),
                    topic.classification.value,
                    *self.description.split(),
                    *self.said_by,
                    *self.heard_by,
                    *(field.name for field in self.fields),
                    *codes,
                )
            )
        )


def tables(services: Sequence[str] = SERVICES) -> Tables:
    """What these services' `published.py` and `subscriptions.py` say."""
    says: dict[Contract, list[str]] = defaultdict(list)
    hears: dict[Contract, list[str]] = defaultdict(list)
    for service in services:
        rows = import_module(f"{service}.published").PUBLISHED.values()
        for contract in {contract for row in rows for contract in row.contracts}:
            says[contract].append(service)
        for subscription in import_module(f"{service}.subscriptions").SUBSCRIPTIONS:
            hears[subscription.contract].append(service)
    for contract in CATALOGUE.values():
        if contract.topic is EVERY_TOPIC:  # said by the relay, and understood by the worker, of each of them
            says[contract], hears[contract] = list(services), list(services)
    return Tables(
        *({contract: tuple(dict.fromkeys(names)) for contract, names in each.items()} for each in (says, hears))
    )


def generated(known: Tables, releases: Path = released.RELEASES) -> dict[Path, bytes]:
    """Every file of the catalogue, by where in its folder it is to stand."""
    aside = {name: (files(__name__) / "templates" / name).read_bytes() for name in _ASIDE}
    templates = _templates({name: f"{name}?{digest(content)}" for name, content in aside.items()})
    pages = [_page(contract, known, releases) for contract in CATALOGUE.values()]
    of = defaultdict(list)
    made = {}
    for sample in samples():
        shown = _shown(sample)
        of[sample.contract].append(shown)
        made[shown.file] = sample.value
    texts = {
        "index.html": templates.get_template("index.html").render(topics=_by_topic(pages), count=len(pages)),
        "fields.html": templates.get_template("fields.html").render(letters=_by_letter(pages)),
    }
    for page in pages:
        texts[page.file] = templates.get_template("event.html").render(page=page, samples=of[page.contract])
        made[page.schema] = written(published(page.contract))
    made |= {**aside, **{name: text.encode() for name, text in texts.items()}}
    return {Path(name): content for name, content in made.items()}


def _page(contract: Contract, known: Tables, releases: Path) -> Page:
    schema = published(contract)
    return Page(
        contract=contract,
        fields=described_fields(schema),
        description=" ".join(schema["description"].split()),
        said_by=known.says.get(contract, ()),
        heard_by=known.hears.get(contract, ()),
        versions=tuple(_versions(contract, schema, releases)),
    )


def _versions(contract: Contract, today: Mapping[str, Any], releases: Path) -> Iterator[Version]:
    """The versions of an event, newest first."""
    place = Path(contract.topic.service) / contract.name() / f"v{contract.major}.json"
    kept = [(name, releases / name / "schemas" / place) for name in released.names(releases)]
    steps = [(name, orjson.loads(path.read_bytes())) for name, path in kept if path.exists()]
    if not steps:
        yield Version("Unreleased", "Not released yet: until it is, anything of it may still change.")
        return
    changes = differences(steps[-1][1], today)
    if changes:
        yield Version("Unreleased", "", tuple(changes))
    for (_, before), (name, after) in reversed(list(pairwise(steps))):
        changes = differences(before, after)
        yield Version(name, "" if changes else "As before.", tuple(changes))
    yield Version(steps[0][0], "First released.")


def _by_topic(pages: Iterable[Page]) -> list[tuple[Topic, list[Page]]]:
    return [
        (topic, sorted((page for page in pages if page.contract.topic is topic), key=lambda page: page.name))
        for topic in (*TOPICS, EVERY_TOPIC)
    ]


def _by_letter(pages: Iterable[Page]) -> list[tuple[str, list[tuple[str, list[str], list[Page]]]]]:
    """Every name of a field with what it means and where it stands, by its first letter."""
    meanings: dict[str, dict[str, None]] = defaultdict(dict)
    where: dict[str, dict[str, Page]] = defaultdict(dict)
    for page in sorted(pages, key=lambda page: page.name):
        for field in page.fields:
            meanings[field.name][field.meaning] = None
            where[field.name][page.name] = page
    rows = [(name, list(meanings[name]), list(where[name].values())) for name in sorted(where)]
    return [(letter, list(group)) for letter, group in groupby(rows, key=lambda row: row[0][0])]


def _shown(sample: Sample) -> ShownSample:
    event = orjson.loads(sample.value)
    opened = []
    for field in sealed_fields(sample.contract):
        section = event["data"].get(field.name)
        if section is None:
            continue
        bound = authenticated(event["id"], event["type"], event["subject"], field.name)
        for consumer in field.consumers:
            plaintext = sample_key_ring(consumer).open(section, bound)
            if plaintext is not None:
                opened.append((field.name, consumer, _text(orjson.loads(plaintext))))
        event["data"][field.name] = _cut(section)
    file = f"{sample.contract.name()}.v{sample.contract.major}.{sample.name}.json"
    return ShownSample(sample.name, _text(event), tuple(opened), file)


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cut(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_cut(part) for part in value]
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"


def _text(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _templates(aside: Mapping[str, str]) -> Environment:
    """`aside` leads from a page to what it loads."""
    environment = Environment(
        loader=PackageLoader(__name__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"prose": _prose, "breakable": _breakable}
    environment.globals |= {"aside": aside, "services": SERVICES}
    return environment


def _breakable(name: str) -> Markup:
    """A long name that may be broken between its words where a line is short."""
    return Markup(re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[./:])", "<wbr>", str(escape(name))))  # noqa: S704 - escaped


def _prose(text: str) -> Markup:
    """A sentence of a docstring: what stands between backticks is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped
