"""What looks like a card number, and what does not."""

import pytest

from billing.domain.card_numbers import looks_like_card_number


@pytest.mark.parametrize(
    "text",
    [
        "4242424242424242",
        "4242 4242 4242 4242",
        "card 5555-5555-5555-4444, thanks",
        "378282246310005",
        "6011.1111.1111.1117",
        "4242 4242 4242 4242 12/29",
        "4242424242424242 123",
        "receipt 2 4242-4242-4242-4242",
        "visa4242424242424242",
        "4242424242424242x",
        "4242  -  4242 4242\n4242",
        "4242\u00a04242\u20094242\u00a04242",
        "4242\u200b4242\u200b4242\u200b4242",
        "4242\u20134242\u20134242\u20134242",
        "４２４２４２４２４２４２４２４２",
        "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",
        "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2",
    ],
)
def test_a_card_number_is_seen_however_it_is_written(text: str) -> None:
    assert looks_like_card_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "terminal 7731 receipt 000482",
        "4242424242424241",
        "1234567893",
        "00409205310",
        "2026-11-23T17:00:00.000Z",
        "0199e0a0-7f00-7000-8000-000000000001",
        "check 1042",
        "+14155550100",
        "0199e0a07f0070008000000000000001",
        "42424242424242424242",
        "4242, 4242, 4242, 4242",
        "1EG4-TE5-MK73",
    ],
)
def test_references_ids_and_times_are_left_alone(text: str) -> None:
    assert not looks_like_card_number(text)
