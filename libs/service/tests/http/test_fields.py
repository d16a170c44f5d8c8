"""What passes as text, an instant or a day of a body, and what does not."""

import re
from datetime import date, datetime, time
from typing import Annotated, Any

import pytest
from pydantic import AwareDatetime, Field, StringConstraints, ValidationError, create_model

from careflow_service.http.dependencies import RequestBody
from careflow_service.http.fields import ONE_LINE, PROSE, Day, Moment, TimeOfDay


class Body(RequestBody):
    line: Annotated[str, StringConstraints(max_length=20), ONE_LINE] = ""
    note: Annotated[str, PROSE] = ""
    at: Moment | None = None
    on: Day | None = None
    opens: TimeOfDay | None = None


class Told(RequestBody):
    line: Annotated[str, Field(min_length=1), ONE_LINE]
    note: Annotated[str, Field(min_length=1), PROSE]


@pytest.mark.parametrize("text", ["Ana Rivera", "Zoë Ñandú", "李小龍", "علي", "👩‍⚕️", "a\u00a0b"])
def test_text_of_any_script_is_kept_as_it_is(text: str) -> None:
    assert Body.model_validate({"line": text, "note": f"{text}\n\t{text}"}).line == text


@pytest.mark.parametrize("text", [" Ana Rivera ", "\u3000Ana Rivera\u00a0", "Ana Rivera\u2009"])
def test_blanks_around_text_are_left_out(text: str) -> None:
    assert Body.model_validate({"line": text, "note": f"\n{text}\n"}).note == "Ana Rivera"
    assert Body.model_validate({"line": text}).line == "Ana Rivera"


@pytest.mark.parametrize("nothing", ["", " ", "\u00a0\u3000", "\u200b", "\ufeff\u2060", " \u00ad "])
def test_text_of_which_nothing_can_be_seen_is_too_short_for_what_must_be_there(nothing: str) -> None:
    for field in ("line", "note"):
        with pytest.raises(ValidationError, match="too_short"):
            Told.model_validate({"line": "Ana", "note": "Ana", field: nothing})


def test_blanks_around_text_do_not_count() -> None:
    assert Body.model_validate({"line": f"  {'a' * 20}  "}).line == "a" * 20


@pytest.mark.parametrize(
    "wrong",
    [
        {"line": "a\u0000b"},
        {"line": "a\nb"},
        {"line": "a\u007fb"},
        {"line": "a\u0085b"},
        {"line": "a\u2028b"},
        {"line": "a\u202eb"},
        {"line": "a\u2066b"},
        {"line": "\ud800"},
        {"note": "a\u0000b"},
        {"note": "a\u202eb"},
        {"at": "2026-11-23T09:00:00"},
        {"at": "2026-11-23"},
        {"at": "1795543200"},
        {"at": 1795543200},
        {"at": "2026-W48-1T09:00:00Z"},
        {"at": "2026-11-23T25:00:00Z"},
        {"at": "2026-02-30T09:00:00Z"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59-14:00"},
        {"on": "2026-02-30"},
        {"on": "20261123"},
        {"on": "-0"},
        {"on": 0},
        {"on": "1899-12-31"},
        {"on": "2200-01-01"},
        {"on": "2026-11-23T00:00:00"},
        {"opens": "09:30:00Z"},
        {"opens": "09:30-08:00"},
        {"opens": "09:30:00.5"},
        {"opens": "24:00"},
        {"opens": "9:30"},
        {"opens": 34200},
    ],
)
def test_what_cannot_be_right_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Body.model_validate(wrong)


@pytest.mark.parametrize(
    "written",
    ["2026-11-23T09:00:00-08:00", "2026-11-23T17:00:00Z", "2026-11-23t17:00:00.000z", "2026-11-24 01:00+0800"],
)
def test_an_instant_is_kept_in_utc_however_its_offset_is_written(written: str) -> None:
    at = Body.model_validate({"at": written, "on": "2026-11-23"}).at
    assert at is not None
    assert at.isoformat() == "2026-11-23T17:00:00+00:00"


@pytest.mark.parametrize("lax", [date, datetime, AwareDatetime, date | None, list[date]])
def test_a_body_that_would_read_digits_as_a_time_is_no_body(lax: Any) -> None:
    with pytest.raises(TypeError, match=r"Lax\.at would read digits as a time"):
        create_model("Lax", __base__=RequestBody, at=(lax, ...))


def test_a_time_of_day_has_no_zone() -> None:
    assert [Body.model_validate({"opens": each}).opens for each in ("09:30", "23:59:59")] == [
        time(9, 30),
        time(23, 59, 59),
    ]


@pytest.mark.parametrize(("field", "check"), [("line", ONE_LINE), ("note", PROSE)])
def test_documents_say_which_characters_pass(field: str, check: Any) -> None:
    documented = Body.model_json_schema()["properties"][field]["pattern"]
    pattern = re.compile(documented.removesuffix("$") + r"\Z")  # in a document, `$` is the end and nothing else

    def passes(character: str) -> bool:
        try:
            Body.model_validate({field: character})
        except ValidationError:
            return False
        return True

    characters = [chr(number) for number in range(0x10000) if not 0xD800 <= number < 0xE000]
    assert [hex(ord(each)) for each in characters if passes(each) != bool(pattern.search(each))] == []
