"""What people of the clinic do with screening's pages: logging in, going to a form, sending it."""

from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.testing.calling import ISSUER
from careflow_service.testing.visiting import Page, Visitor
from services.screening.tests.world import World

CASES = "/pages/cases"


def nameless(patient_id: str) -> str:
    """How a page calls a patient of whom booking has said no name."""
    return f"patient without a name here (…{patient_id[-4:]})"


async def logs_in(world: World, role: Role, to: str = CASES, languages: str = "en-US") -> tuple[Visitor, Page]:
    """Somebody of this role, alone at the browser, looking at that page."""
    world.client.cookies.clear()
    someone = Visitor(world.client, languages)
    asked = await someone.opens(to)
    (button,) = asked.forms[0].buttons
    through = await someone.presses(asked, button, token=ISSUER.token(role, subject=f"user-{role}"))
    return someone, await someone.opens(to) if through.status == 200 else through


def with_another_key(page: Page) -> Page:
    """As somebody else had it before them."""
    for form in page.forms:
        if "key" in form.fields:
            form.fields["key"] = new_id()
    return page
