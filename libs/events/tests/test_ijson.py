"""JSON of events is I-JSON: what two readers could understand differently is refused."""

import pytest

from careflow_events.ijson import DEEPEST, LARGEST_INTEGER, JsonFault, NotIJson, parsed


def test_what_is_clear_is_read() -> None:
    text = b'{"a": [1, 2.5, true, null, {"a": "\\u00e9"}], "b": {}, "n": 9007199254740991}'

    assert parsed(text) == {"a": [1, 2.5, True, None, {"a": "\u00e9"}], "b": {}, "n": LARGEST_INTEGER}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"{", JsonFault.NOT_JSON),
        (b'{"a": NaN}', JsonFault.NOT_JSON),
        (b'{"a": "\\ud800"}', JsonFault.NOT_JSON),
        (b"\xff", JsonFault.NOT_JSON),
        (b'{"a": 1, "b": 2, "a": 1}', JsonFault.DUPLICATE_NAME),
        (b'{"a":1,"b":2,"a":1}', JsonFault.DUPLICATE_NAME),
        (b'[{"b":{"a":{"a":1},"a":{"a":1}}}]', JsonFault.DUPLICATE_NAME),
        (b'[{"b": {"a": 1, "\\u0061": 1}}]', JsonFault.DUPLICATE_NAME),
        (b"[9007199254740992]", JsonFault.NUMBER_OUT_OF_RANGE),
        (b"-9223372036854775809", JsonFault.NUMBER_OUT_OF_RANGE),
        (b'{"a": [1e300]}', JsonFault.NUMBER_OUT_OF_RANGE),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), JsonFault.TOO_DEEP),
        (b'{"a":' * 500 + b"1" + b"}" * 500, JsonFault.TOO_DEEP),
    ],
)
def test_what_could_be_understood_differently_is_refused(text: bytes, fault: JsonFault) -> None:
    with pytest.raises(NotIJson) as refused:
        parsed(text)
    assert refused.value.fault is fault


def test_the_deepest_that_is_read() -> None:
    parsed(b"[" * DEEPEST + b"]" * DEEPEST)
