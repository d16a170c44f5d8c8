"""Whatever keeps a visit from being booked at the desk is said in words."""

from booking.domain.gates import GATES
from careflow_service.pages.words import words_of

WORDS = words_of("booking.entrypoints.pages")["en"].groups
REFUSALS = {gate.refusal.code: gate.refusal.opened_by for gates in GATES.values() for gate in gates}


def test_every_gate_has_its_words_and_no_words_are_for_a_gate_there_is_not() -> None:
    assert WORDS["gates"].keys() == REFUSALS.keys()


def test_what_opens_a_gate_has_its_words() -> None:
    assert WORDS["opens"].keys() == set(REFUSALS.values())
