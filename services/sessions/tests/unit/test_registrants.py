"""Who is registered with the DEA for a place: a number that cannot be one is on no paper."""

import pytest

from services.sessions.tests.builders import MILL_VALLEY
from sessions.domain.ids import LocationId
from sessions.domain.registrants import Registrant, Registrants, is_dea_number


def registrant(
    number: str = "FE1234563", *, name: str = "CareFlow Clinic", address: str = "1 Main Street"
) -> Registrant:
    return Registrant(location_id=MILL_VALLEY, name=name, address=(address,), dea_number=number)


@pytest.mark.parametrize("number", ["FE1234563", "F91234563", "RR1234563"])
def test_a_number_with_its_check_digit_is_one(number: str) -> None:
    assert is_dea_number(number)


@pytest.mark.parametrize(
    "number",
    ["", "FE1234564", "FE2134563", "fe1234563", "FE123456", "FE12345634", "1E1234563", "F81234563", "FÉ1234563"],
)
def test_what_was_typed_wrong_is_none(number: str) -> None:
    assert not is_dea_number(number)


def test_a_registrant_is_whole_and_a_place_has_one() -> None:
    for wrong in ({"number": "FE1234564"}, {"name": " "}, {"address": " "}):
        with pytest.raises(ValueError, match=r"."):
            registrant(**wrong)
    known = Registrants(registrants=(registrant(),))
    assert known.at(MILL_VALLEY) == registrant()
    assert known.at(LocationId("elsewhere")) is None
    with pytest.raises(ValueError, match="one registration"):
        Registrants(registrants=(registrant(), registrant("RR1234563")))
