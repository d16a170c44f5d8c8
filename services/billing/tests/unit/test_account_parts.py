"""What may be done about an account stands in parts."""

from collections import Counter

from billing.application.queries.read_account import Of
from billing.entrypoints.pages.account_parts import PARTS, Part, in_parts
from billing.entrypoints.pages.money_forms import FORMS
from careflow_service.pages.words import words_of

OF_ACCOUNT = [form for form in FORMS if form.of is Of.ACCOUNT]


def test_every_form_of_an_account_has_one_place() -> None:
    assert Counter(name for names in PARTS.values() for name in names) == Counter(form.name for form in OF_ACCOUNT)
    assert [part for part, _ in in_parts(OF_ACCOUNT)] == list(Part)


def test_a_part_of_which_nothing_is_offered_is_not_shown() -> None:
    statement = [form for form in OF_ACCOUNT if form.name == "statement"]
    assert in_parts(statement) == [(Part.PAPERS, statement)]
    assert in_parts([]) == []


def test_every_part_has_its_words() -> None:
    for words in words_of("careflow_service.pages", "billing.entrypoints.pages").values():
        assert set(words.groups["account_parts"]) == set(Part)
