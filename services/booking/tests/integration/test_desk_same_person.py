"""Two records of one person at the desk, in a browser without scripts: looked at side by side, put together, and parted
again where that was wrong.
"""

from careflow_service.identity import Role
from careflow_service.testing.visiting import Page, Visitor
from services.booking.tests.at_a_browser import logs_in
from services.booking.tests.clinic import books, has_patient, has_practitioner, ok
from services.booking.tests.world import World


def address(patient_id: str) -> str:
    return f"/pages/desk/patients/{patient_id}/same-person"


async def keeps(someone: Visitor, page: Page, name: str) -> Page:
    """The record of whoever is called so stays, the other is given up."""
    said = f"Same person: keep the record of {name} since"
    return await someone.presses(page, next(each for form in page.forms for each in form.buttons if said in each))


async def test_two_records_are_put_together_and_parted_again(world: World) -> None:
    ana = await has_patient(world)
    someone, alone = await logs_in(world, to=address(ana))
    assert "No other record looks like this one." in alone.text
    again = await has_patient(world, given_name="Anna")

    assert "the one that stays. Anna Rivera" in (await someone.opens(address(ana))).text, "from either of the two"
    both = await someone.opens(address(again))
    assert "the one that stays. Ana Rivera" in both.text
    kept = await keeps(someone, both, "Anna Rivera")
    assert "They are put together: this record stays. Anna Rivera" in kept.text
    assert "Given up for this record Ana Rivera" in (await someone.opens(address(again))).text
    assert "This record was given up" in (await someone.opens(f"/pages/desk/patients/{ana}")).text

    gone = await someone.opens(address(ana))
    assert "for the record of Anna Rivera" in gone.text
    parted = await someone.presses(gone, "Two people: take this record back into use")
    assert "Both records are in use again." in parted.text
    assert ok(await world.coordinator.get(f"/v1/patients/{ana}"))["merged_into"] is None


async def test_what_is_booked_on_the_record_to_be_given_up_is_settled_first(world: World) -> None:
    await has_practitioner(world)
    ana = await has_patient(world)
    again = await has_patient(world, given_name="Anna")
    await books(world.coordinator, ana)
    someone, both = await logs_in(world, to=address(again))
    refused = await keeps(someone, both, "Anna Rivera")
    assert (refused.status, "something is booked, held, waited for or not marked" in refused.text) == (409, True)
    kept = await keeps(someone, both, "Ana Rivera")
    assert "They are put together: this record stays. Ana Rivera" in kept.text


async def test_who_does_not_keep_the_records_is_not_led_there(world: World) -> None:
    ana = await has_patient(world)
    await has_patient(world)
    _, page = await logs_in(world, Role.THERAPIST, to=f"/pages/desk/patients/{ana}")
    assert "Two records of one person?" not in page.text
