"""The envelope under arbitrary input."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careflow_events.envelope import (
    Envelope,
    MalformedEnvelope,
    decode,
    encode,
    record_headers,
)
from careflow_events.ijson import LARGEST_INTEGER

milliseconds = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis adds the zone
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    """Any envelope: of one of our streams, or from elsewhere."""
    subject = draw(texts)
    numbered = draw(st.booleans())
    return Envelope(
        id=draw(texts),
        source=draw(texts),
        type=draw(texts),
        subject=subject,
        stream=f"{draw(texts)}/{subject}" if numbered else None,
        sequence=draw(st.integers(1, 9_999_999_999)) if numbered else None,
        time=draw(milliseconds),
        recordedtime=draw(st.none() | milliseconds),
        dataschema=draw(texts),
        correlationid=draw(st.none() | texts),
        causationid=draw(st.none() | texts),
        traceparent=draw(st.none() | texts),
        dataclassification=draw(texts),
        data=draw(st.dictionaries(texts, json_values, max_size=5)),
    )


@given(envelopes())
def test_any_envelope_survives_the_wire(envelope: Envelope) -> None:
    assert decode(encode(envelope), record_headers(envelope)) == envelope


@given(st.binary() | json_values.map(orjson.dumps))
def test_nothing_else_than_a_malformed_envelope_comes_out_of_any_bytes(value: bytes) -> None:
    with pytest.raises(MalformedEnvelope):
        decode(value, [("ce_specversion", b"1.0")])
