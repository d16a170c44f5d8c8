"""The pages of the catalogue: of every event, whole, leading somewhere, and as committed."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest

from careflow_events.catalogue import CATALOGUE
from careflow_events.contracts import ClearanceGranted, ConsultationBooked, FeedCheckpoint, TreatmentArrived
from careflow_events.contracts.model import EventData
from careflow_events.schemas import differing, published, put
from careflow_events.schemas.fields import described_fields
from careflow_service.catalogue_pages import Tables, generated, tables
from careflow_service.catalogue_pages.__main__ import main
from careflow_service.pages.catalogue_routes import FOLDER as PACKAGED
from careflow_service.pages.catalogue_routes import digest

FOLDER = Path(str(PACKAGED))
KNOWN = tables()
PAGES = generated(KNOWN)


class Read(HTMLParser):
    """What a page leads to, and the places it can be entered at."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [given[name] or "" for name in ("href", "src") if name in given]
        self.places |= {given["id"] or ""} if "id" in given else set()


def words(page: bytes) -> str:
    """What a reader sees of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.decode().replace("<wbr>", ""))).split())


def page_of(contract: type[EventData], pages: dict[Path, bytes] = PAGES) -> str:
    return words(pages[Path(f"{contract.name()}.v{contract.major}.html")])


def test_it_is_committed_as_the_models_have_it() -> None:
    assert differing(FOLDER, PAGES) == []


@pytest.mark.parametrize("contract", CATALOGUE.values(), ids=lambda each: each.name())
def test_the_page_of_an_event_explains_each_of_its_fields_and_values(contract: type[EventData]) -> None:
    seen = page_of(contract)

    for field in described_fields(published(contract)):
        assert field.name in seen
        for value, meaning in field.known.items():
            assert f"{value} {meaning}" in seen


@pytest.mark.parametrize("name", sorted(name for name in PAGES if name.suffix == ".html"), ids=str)
def test_every_link_leads_to_something_beside_the_page(name: Path) -> None:
    for link in Read(PAGES[name]).links:
        if link.startswith("data:"):
            continue
        path, _, place = link.partition("#")
        path, _, known_by = path.partition("?")
        target = Path(path or name)
        assert target in PAGES, link
        assert not known_by or known_by == digest(PAGES[target]), link
        assert not place or place in Read(PAGES[target]).places, link


def test_a_schema_names_the_page_of_its_event() -> None:
    for contract in CATALOGUE.values():
        page = published(contract)["x-page"]
        assert page.startswith("/pages/catalogue/")
        assert contract.type() in words(PAGES[Path(page).relative_to("/pages/catalogue")])


def test_it_stays_small_enough_to_be_in_every_image() -> None:
    assert sum(map(len, PAGES.values())) < 2 * 1024 * 1024


def test_nothing_on_a_page_needs_a_looser_policy() -> None:
    for name, page in PAGES.items():
        if name.suffix == ".html":
            assert not re.search(rb"\sstyle=|\son\w+=|<style|<script>|(?:href|src)=.https?:", page), name


def test_who_says_and_hears_an_event_is_what_the_services_tables_say() -> None:
    assert "Said by screening Heard by booking, sessions Topic careflow.screening.v1" in page_of(ClearanceGranted)
    assert "Said by every service, in each of its topics Heard by every reader" in page_of(FeedCheckpoint)


def test_an_event_that_no_service_says_yet_is_marked_as_planned_and_one_that_none_hears_as_for_integrators() -> None:
    alone = generated(Tables(says={}, hears={}))

    assert "Planned. No service says it yet." in page_of(ClearanceGranted, alone)
    assert "Heard by no service of CareFlow: it is for integrators" in page_of(ClearanceGranted, alone)
    assert "ClearanceGranted planned" in words(alone[Path("index.html")])
    assert not [name for name, page in PAGES.items() if b'class="note"' in page]


def test_what_a_reader_finds_in_a_sealed_section_stands_beside_the_sample() -> None:
    assert '"allergies": [' in page_of(ClearanceGranted)


def test_the_index_finds_an_event_by_its_fields_and_codes() -> None:
    (row,) = re.findall(r'<li data-find="([^"]+)">\n<a href="ClearanceGranted', PAGES[Path("index.html")].decode())

    assert {"clearancegranted", "excluded_routes", "intranasal", "operational", "sessions"} <= set(row.split())


def as_released(releases: Path, name: str, contract: type[EventData], without: str | None = None) -> None:
    """The event as a release has it, perhaps before it had one of its fields."""
    schema = orjson.loads(orjson.dumps(published(contract)))
    if without is not None:
        del schema["properties"][without]
    path = releases / name / "schemas" / contract.topic.service / contract.name() / "v1.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(orjson.dumps(schema))


def versions(pages: dict[Path, bytes], contract: type[EventData]) -> str:
    return page_of(contract, pages).partition(" Versions ")[2].partition(" Generated ")[0]


def test_what_changed_between_releases_is_said_newest_first(tmp_path: Path) -> None:
    as_released(tmp_path, "1.0", ConsultationBooked, without="room_id")
    as_released(tmp_path, "1.1", ConsultationBooked)
    as_released(tmp_path, "1.1", TreatmentArrived, without="room_id")
    pages = generated(KNOWN, tmp_path)

    assert versions(pages, ConsultationBooked) == "1.1 room_id : new 1.0 First released."
    assert versions(pages, TreatmentArrived) == "Unreleased room_id : new 1.1 First released."
    assert versions(pages, ClearanceGranted).startswith("Unreleased Not released yet")


def test_a_page_that_differs_or_is_nobodys_is_named_and_written_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, PAGES)
    (tmp_path / "index.html").write_text("")
    (tmp_path / "Gone.v1.html").write_text("")
    assert main([str(tmp_path), "--check"]) == 1
    told = capsys.readouterr().err
    assert "Gone.v1.html: no event has this page" in told
    assert "index.html: differs from its model" in told

    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path), "--check"]) == 0
