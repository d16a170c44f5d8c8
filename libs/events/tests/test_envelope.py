"""The envelope: CloudEvents 1.0 as the contract describes it, and nothing else gets in."""

import dataclasses
import string
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest

from careflow_events.envelope import (
    Envelope,
    EnvelopeFault,
    MalformedEnvelope,
    confirm_key,
    decode,
    encode,
    record_headers,
)

SUBJECT = "patient:0198a000-0000-7000-8000-00000000000a"

BOOKED = Envelope(
    id="0198a000-0000-7000-8000-000000000001",
    source="/careflow/booking",
    type="careflow.booking.ConsultationBooked.v1",
    subject=SUBJECT,
    stream=f"careflow.booking.v1/{SUBJECT}",
    sequence=7,
    time=datetime(2026, 11, 23, 18, 4, 5, 120_000, UTC),
    recordedtime=datetime(2026, 11, 23, 18, 4, 5, 123_000, UTC),
    dataschema="careflow:schemas/booking/ConsultationBooked/v1",
    correlationid="0198a000-0000-7000-8000-0000000000cc",
    causationid="0198a000-0000-7000-8000-0000000000ca",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    dataclassification="operational",
    data={"patient_id": "0198a000-0000-7000-8000-00000000000a", "version": 1},
)
FROM_ELSEWHERE = dataclasses.replace(
    BOOKED,
    subject=None,
    stream=None,
    sequence=None,
    recordedtime=None,
    correlationid=None,
    causationid=None,
    traceparent=None,
)


def document(**changes: object) -> bytes:
    """The record value of BOOKED with some attributes changed; None removes one."""
    attributes = {**orjson.loads(encode(BOOKED)), **changes}
    return orjson.dumps({name: value for name, value in attributes.items() if value is not None})


def fault(value: bytes | None, headers: list[tuple[str, bytes | None]] | None = None) -> tuple[str, str | None]:
    with pytest.raises(MalformedEnvelope) as malformed:
        decode(value, headers or [])
    return malformed.value.code, malformed.value.attribute


class TestOnTheWire:
    def test_every_attribute_of_the_contract_is_there(self) -> None:
        assert orjson.loads(encode(BOOKED)) == {
            "specversion": "1.0",
            "id": "0198a000-0000-7000-8000-000000000001",
            "source": "/careflow/booking",
            "type": "careflow.booking.ConsultationBooked.v1",
            "subject": SUBJECT,
            "stream": f"careflow.booking.v1/{SUBJECT}",
            "sequence": "0000000007",
            "time": "2026-11-23T18:04:05.120Z",
            "recordedtime": "2026-11-23T18:04:05.123Z",
            "dataschema": "careflow:schemas/booking/ConsultationBooked/v1",
            "datacontenttype": "application/json",
            "correlationid": "0198a000-0000-7000-8000-0000000000cc",
            "causationid": "0198a000-0000-7000-8000-0000000000ca",
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "dataclassification": "operational",
            "data": {"patient_id": "0198a000-0000-7000-8000-00000000000a", "version": 1},
        }

    def test_what_is_absent_is_left_out(self) -> None:
        assert None not in orjson.loads(encode(FROM_ELSEWHERE)).values()

    def test_attribute_names_are_cloudevents_names(self) -> None:
        allowed = set(string.ascii_lowercase + string.digits)
        assert all(0 < len(name) <= 20 and set(name) <= allowed for name in orjson.loads(encode(BOOKED)))

    def test_headers_let_a_consumer_route_without_parsing(self) -> None:
        assert dict(record_headers(BOOKED)) == {
            "content-type": b"application/cloudevents+json; charset=utf-8",
            "careflow-type": b"careflow.booking.ConsultationBooked.v1",
            "careflow-id": b"0198a000-0000-7000-8000-000000000001",
            "traceparent": b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        }

    def test_times_of_other_zones_are_written_in_utc_with_milliseconds(self) -> None:
        afternoon = datetime(2026, 11, 23, 10, 4, 5, 120_999, timezone(timedelta(hours=-8)))

        assert orjson.loads(encode(dataclasses.replace(BOOKED, time=afternoon)))["time"] == "2026-11-23T18:04:05.120Z"

    @pytest.mark.parametrize("sequence", [0, -1, 10_000_000_000])
    def test_a_sequence_outside_ten_digits_is_not_written(self, sequence: int) -> None:
        with pytest.raises(ValueError, match="ten digits"):
            encode(dataclasses.replace(BOOKED, sequence=sequence))

    def test_a_time_without_zone_is_not_written(self) -> None:
        with pytest.raises(ValueError, match="zone"):
            encode(dataclasses.replace(BOOKED, time=datetime(2026, 11, 23)))  # noqa: DTZ001 - that is the mistake

    def test_sequences_sort_as_text(self) -> None:
        written = [orjson.loads(encode(dataclasses.replace(BOOKED, sequence=n)))["sequence"] for n in (9, 10, 1_000)]

        assert written == sorted(written)


class TestReading:
    @pytest.mark.parametrize("envelope", [BOOKED, FROM_ELSEWHERE])
    def test_what_was_written_is_read_back(self, envelope: Envelope) -> None:
        assert decode(encode(envelope), record_headers(envelope)) == envelope

    def test_the_value_alone_is_enough(self) -> None:
        assert decode(encode(BOOKED), []) == BOOKED

    def test_binary_mode_is_read_too(self) -> None:
        attributes = orjson.loads(encode(BOOKED))
        data = attributes.pop("data")
        headers = [(f"ce_{name}", text.encode()) for name, text in attributes.items()]

        assert decode(orjson.dumps(data), [("content-type", b"application/json"), *headers]) == BOOKED

    def test_in_binary_mode_a_tracing_header_of_its_own_counts(self) -> None:
        attributes = orjson.loads(encode(BOOKED))
        data, trace = attributes.pop("data"), attributes.pop("traceparent").encode()
        headers = [(f"ce_{name}", text.encode()) for name, text in attributes.items()]

        assert decode(orjson.dumps(data), [*headers, ("traceparent", trace)]) == BOOKED

    def test_attributes_it_does_not_know_are_ignored(self) -> None:
        assert decode(document(newerattribute="x"), [("x-team", b"y"), ("empty", None)]) == BOOKED

    def test_times_with_an_offset_are_read(self) -> None:
        assert decode(document(time="2026-11-23T10:04:05.120-08:00"), []) == BOOKED


class TestWhatIsNoEvent:
    """Each of these is parked by its code; none of them stops or crashes a reader."""

    def test_a_tombstone(self) -> None:
        assert fault(None) == (EnvelopeFault.TOMBSTONE, None)

    @pytest.mark.parametrize("value", [b"", b"{", b"\xff\xfe", b'{"a": NaN}', b"\x00" * 10, b'{"id": "\xc3\x28"}'])
    def test_broken_bytes(self, value: bytes) -> None:
        assert fault(value) == (EnvelopeFault.NOT_JSON, None)

    @pytest.mark.parametrize("value", [b"null", b"[]", b'"text"', b"7"])
    def test_json_that_is_no_object(self, value: bytes) -> None:
        assert fault(value) == (EnvelopeFault.NOT_AN_OBJECT, None)

    def test_a_header_that_is_not_utf8(self) -> None:
        assert fault(encode(BOOKED), [("x-team", b"\xff")]) == (EnvelopeFault.HEADER_NOT_UTF8, None)

    @pytest.mark.parametrize(
        "content_type", [b"application/cloudevents-batch+json", b"application/avro", b"text/plain"]
    )
    def test_another_content_type(self, content_type: bytes) -> None:
        assert fault(encode(BOOKED), [("content-type", content_type)]) == (EnvelopeFault.CONTENT_TYPE, None)

    def test_data_that_is_not_json(self) -> None:
        assert fault(document(datacontenttype="text/plain")) == (EnvelopeFault.INVALID_ATTRIBUTE, "datacontenttype")

    @pytest.mark.parametrize("version", ["0.3", "2.0"])
    def test_another_version_of_cloudevents(self, version: str) -> None:
        assert fault(document(specversion=version)) == (EnvelopeFault.SPEC_VERSION, None)

    @pytest.mark.parametrize(
        "attribute",
        [
            "specversion",
            "id",
            "source",
            "type",
            "time",
            "dataschema",
            "dataclassification",
            "data",
            "stream",
            "sequence",
        ],
    )
    def test_a_missing_attribute(self, attribute: str) -> None:
        assert fault(document(**{attribute: None})) == (EnvelopeFault.MISSING_ATTRIBUTE, attribute)

    @pytest.mark.parametrize(
        ("attribute", "value"),
        [
            ("id", ""),
            ("id", 7),
            ("source", ["/careflow/booking"]),
            ("subject", {}),
            ("time", "2026-11-23"),
            ("time", "2026-11-23T18:04:05.120"),
            ("time", "2026-13-23T18:04:05Z"),
            ("time", "0001-01-01T00:00:00+14:00"),
            ("time", "yesterday"),
            ("recordedtime", "20261123T180405Z"),
            ("sequence", "7"),
            ("sequence", "0000000000"),
            ("sequence", "-000000001"),
            ("sequence", "٠٠٠٠٠٠٠٠٠٧"),
            ("sequence", 7),
            ("stream", "careflow.booking.v1/patient:somebody-else"),
            ("subject", "patient:somebody-else"),
        ],
    )
    def test_an_attribute_that_is_not_what_it_should_be(self, attribute: str, value: object) -> None:
        code, _ = fault(document(**{attribute: value}))

        assert code == EnvelopeFault.INVALID_ATTRIBUTE

    @pytest.mark.parametrize("data", ["text", 7, [1]])
    def test_data_that_is_no_object(self, data: object) -> None:
        assert fault(document(data=data)) == (EnvelopeFault.DATA_NOT_AN_OBJECT, None)

    @pytest.mark.parametrize("header", ["careflow-type", "careflow-id", "ce_type", "ce_source"])
    def test_headers_that_tell_another_event_than_the_value(self, header: str) -> None:
        assert fault(encode(BOOKED), [(header, b"careflow.booking.ConsultationCancelled.v1")]) == (
            EnvelopeFault.HEADERS_DIFFER,
            None,
        )

    @pytest.mark.parametrize("key", [None, b"", b"patient:somebody-else", SUBJECT.upper().encode(), b"\xff"])
    def test_a_key_that_is_not_the_subject(self, key: bytes | None) -> None:
        confirm_key(BOOKED, SUBJECT.encode())
        with pytest.raises(MalformedEnvelope, match="key_differs_from_subject"):
            confirm_key(BOOKED, key)

    def test_a_key_where_there_is_no_subject(self) -> None:
        confirm_key(FROM_ELSEWHERE, None)
        with pytest.raises(MalformedEnvelope, match="key_differs_from_subject"):
            confirm_key(FROM_ELSEWHERE, b"patient:1")

    @pytest.mark.parametrize("attribute", ["id", "time", "sequence", "stream", "subject", "specversion"])
    def test_the_error_never_quotes_the_input(self, attribute: str) -> None:
        with pytest.raises(MalformedEnvelope) as malformed:
            decode(document(**{attribute: ["Ada Lovelace"]}), [])

        error: BaseException | None = malformed.value
        while error is not None:
            assert "Lovelace" not in f"{error!r}{error}"
            error = None if error.__suppress_context__ else error.__context__
