"""Every page of every service is on the tour of `tests/pages`, where a browser looks at it."""

import pytest

from tests.pages.tour import NAMES, SERVICES, rows_without_a_page, stops


@pytest.mark.parametrize("service", SERVICES)
def test_the_address_of_every_page_can_be_made_up(service: str) -> None:
    unknown = {stop.row: sorted(stop.wants - NAMES[service]) for stop in stops(service)}
    assert {row: names for row, names in unknown.items() if names} == {}, (
        "tests/pages/tour.py says which thing is meant, tests/pages/seeds.py has one of it"
    )


def test_nothing_is_said_of_a_page_that_is_not_there() -> None:
    assert rows_without_a_page() == set()
