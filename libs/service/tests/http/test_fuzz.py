"""The operators' routes, and whatever comes in a header or a cursor, of a service that answers as its document says."""

import re
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from careflow_service.errors import CursorBroken
from careflow_service.http.dependencies import expected_version
from careflow_service.identity import Role
from careflow_service.ids import new_id
from careflow_service.mongo.paging import Sort, cursor_at, position_in
from careflow_service.problems import MALFORMED_HEADER, Problem, ProblemType
from careflow_service.testing.fuzzing import wrongly_answered
from libs.service.tests.toy.world import RunningToy

SORT: Sort = (("at", -1), ("_id", -1))
VALUES = st.text() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False)
VISIBLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=40)


class Teapot(BaseModel):
    id: str


@pytest.mark.parametrize("examples", [1, pytest.param(40, marks=[pytest.mark.fuzz, pytest.mark.timeout(3_600)])])
@pytest.mark.parametrize("under", ["/ops/", "/v1/events"])
async def test_operators_and_readers_of_events_are_answered_as_documented(
    toy: RunningToy, under: str, examples: int
) -> None:
    body = {"patient_id": new_id(), "note": "n", "ends_at": "2026-12-28T10:00:00Z"}
    await toy.client.post("/v1/visits", json=body, headers={**toy.token(Role.NURSE), "Idempotency-Key": new_id()})
    await toy.process.resources.audit_seals.seal()

    database, issuer = toy.process.resources.database, toy.world.issuer
    assert await wrongly_answered(toy.http, database, under=under, examples=examples, issuer=issuer) == []


@given(at=VALUES, id_=st.text())
def test_a_cursor_leads_back_to_where_it_was_made(at: object, id_: str) -> None:
    assert position_in(cursor_at({"at": at, "_id": id_}, SORT, of="it"), SORT, of="it") == [at, id_]


@given(
    cursor=st.text() | st.binary().map(lambda raw: raw.hex()) | st.from_regex(r"[A-Za-z0-9_=-]{4,80}", fullmatch=True)
)
def test_any_other_text_is_no_cursor(cursor: str) -> None:
    try:
        position = position_in(cursor, SORT, of="it")
    except CursorBroken:
        return
    assert len(position) == 2


@given(value=VISIBLE)
async def test_any_if_match_is_a_version_or_refused(value: str) -> None:
    request = Request({"type": "http", "headers": [(b"if-match", value.encode("latin-1"))]})
    try:
        version: int | ProblemType = await expected_version(request)
    except Problem as problem:
        version = problem.kind
    if re.fullmatch('"[0-9]{1,18}"', value):
        assert version == int(value[1:-1])
    else:
        assert version is MALFORMED_HEADER


async def test_any_idempotency_key_is_taken_or_refused(toy: RunningToy) -> None:
    answers: dict[str, Any] = {}
    for key in ["k", "a.b:c~d+e/f=g-h", "k" * 128, "k" * 129, "", " ", "a b", "k\t", "ü", "\x7f", '"k"', "k,k"]:
        body = {"patient_id": new_id(), "note": "n", "ends_at": "2026-12-28T10:00:00Z"}
        headers = {**toy.token(Role.NURSE), "Idempotency-Key": key.encode("latin-1")}
        answers[key] = (await toy.client.post("/v1/visits", json=body, headers=headers)).status_code  # type: ignore[arg-type]
    assert {key for key, status in answers.items() if status == 201} == {"k", "a.b:c~d+e/f=g-h", "k" * 128}
    assert {status for status in answers.values() if status != 201} == {400}


async def test_an_answer_nobody_documented_is_found(toy: RunningToy) -> None:
    app = FastAPI()

    @app.get("/v1/teapots/{teapot_id}", response_model=Teapot)
    async def read_teapot(teapot_id: str) -> Response:
        return Response(status_code=418)

    found = await wrongly_answered(app, toy.process.resources.database, under="/v1/", examples=1)

    assert any("Undocumented status code 418" in each for each in found)


async def test_where_nothing_is_documented_nothing_was_tried(toy: RunningToy) -> None:
    with pytest.raises(ValueError, match="no route is documented under /nothing/"):
        await wrongly_answered(toy.http, toy.process.resources.database, under="/nothing/", examples=1)
