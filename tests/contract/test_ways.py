"""Where people are shown the way to, they are let in; and nobody who is let in misses it."""

import pytest
from jinja2 import PackageLoader

from careflow_service.identity import Role
from careflow_service.pages.ways import GOERS, WAYS, Way, signposts
from tests.pages.tour import SERVICES, pages_of

DOORS = [(way, service) for way in WAYS for service in way.doors]


@pytest.mark.parametrize(("way", "service"), DOORS, ids=lambda each: each.name if isinstance(each, Way) else each)
def test_a_way_is_shown_to_whom_its_service_lets_in(way: Way, service: str) -> None:
    assert way.doors[service] == pages_of(service)[f"GET /pages/{way.page}"].roles


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_goes_anywhere_begins_in_every_service(service: str) -> None:
    assert pages_of(service)["GET /pages/start"].roles == GOERS


def test_one_leads_to_ones_own_service_where_it_has_such_work() -> None:
    found = signposts(frozenset({Role.MEDICAL_DIRECTOR}), "billing", "money/payouts")

    assert {each.name: each.place for each in found} == {
        "day": "booking",
        "desk": "booking",
        "bedside": "sessions",
        "consents": "sessions",
        "drug_log": "sessions",
        "cases": "screening",
        "money": "billing",
        "records": "billing",
        "emergencies": "booking",
    }


@pytest.mark.parametrize(
    ("service", "page", "here"),
    [
        ("booking", "desk/visits/1", ["desk"]),
        ("booking", "desk", ["desk"]),
        ("booking", "desks", []),
        ("sessions", "desk", []),
        ("sessions", "plans", []),
    ],
)
def test_one_sees_which_work_a_page_is_of(service: str, page: str, here: list[str]) -> None:
    found = signposts(frozenset({Role.COORDINATOR}), service, page)

    assert [each.name for each in found if each.here] == here


def test_who_has_no_work_here_is_shown_no_way() -> None:
    assert signposts(frozenset({Role.WALL_SCREEN}), "booking", "wall") == ()
    assert signposts(frozenset({Role.PATIENT}), "booking", "visits") == ()


@pytest.mark.parametrize("service", SERVICES)
def test_no_page_of_a_service_takes_the_place_of_one_that_all_have(service: str) -> None:
    shared = PackageLoader("careflow_service.pages").list_templates()

    assert not set(PackageLoader(f"{service}.entrypoints.pages").list_templates()) & set(shared)
