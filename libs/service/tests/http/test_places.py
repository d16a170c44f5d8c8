"""What the clinic's locations are called: by their names, and by a word where they have none."""

from careflow_service.pages.places import Places

MAIN, MILL, OTHER = "0199e0a0-0000-7000-8000-00000000000a", "0199e0a0-0000-7000-8000-0000000000b1", "0199-ffff"
UNNAMED = "location without a name (…{id})"


def test_a_location_is_called_by_its_name() -> None:
    places = Places("Redwood Clinic", MAIN, {MILL: "Mill Valley", MAIN: "Downtown"})
    assert [places.called(each, UNNAMED) for each in (MILL, MAIN)] == ["Mill Valley", "Downtown"]


def test_the_only_one_is_called_like_the_clinic_and_others_without_a_name_are_told_apart() -> None:
    places = Places("Redwood Clinic", MAIN)
    assert places.called(MAIN, UNNAMED) == "Redwood Clinic"
    assert [places.called(each, UNNAMED) for each in (MILL, OTHER)] == [
        "location without a name (…00b1)",
        "location without a name (…ffff)",
    ]
