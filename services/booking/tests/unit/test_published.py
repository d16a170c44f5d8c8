"""What booking says: one event for every fact, and nothing personal in the open."""

from booking.domain import facts
from booking.published import PUBLISHED


def test_every_fact_of_the_domain_has_its_event() -> None:
    known = {each for each in vars(facts).values() if isinstance(each, type) and issubclass(each, facts.Fact)}
    assert PUBLISHED.keys() == known - {facts.Fact}
