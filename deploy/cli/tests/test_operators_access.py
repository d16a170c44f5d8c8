"""Whom an operator's command asks, in whose name, and how it says what went wrong: one line, and an exit code."""

import signal
from pathlib import Path

import httpx
import pytest

from deploy.cli.tests.operating import TOKEN, Careflow, answer, hearing, parked_event, problem

AT_REST = hearing(None)


@pytest.fixture
def consuming(careflow: Careflow) -> Careflow:
    careflow.services.says("booking", "GET consumer", AT_REST)
    return careflow


def test_a_service_is_asked_where_it_was_said_to_be_with_the_operators_token(consuming: Careflow) -> None:
    done = consuming("consumer", "status", "booking")

    (asked,) = consuming.services.asked
    assert (done.code, str(asked.url)) == (0, "http://booking/ops/consumer")
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"


def test_an_address_on_the_line_counts_before_those_of_the_environment(consuming: Careflow) -> None:
    consuming.services.says("there", "GET consumer", AT_REST)

    assert consuming("consumer", "status", "booking", "--url", "booking=https://there/").code == 0
    assert str(consuming.services.asked[0].url) == "https://there/ops/consumer"


def test_the_token_of_a_file_counts_before_that_of_the_environment(consuming: Careflow, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("of.a.file\n")

    assert consuming("consumer", "status", "booking", "--token-file", str(file)).code == 0
    assert consuming.services.asked[0].headers["Authorization"] == "Bearer of.a.file"


def test_without_a_token_a_deployment_is_not_asked(consuming: Careflow) -> None:
    consuming.patch.delenv("CAREFLOW_TOKEN")

    done = consuming("consumer", "status", "booking")

    assert (done.code, consuming.services.asked) == (1, [])
    assert done.err == "careflow: say who you are: CAREFLOW_TOKEN, or --token-file with an operator's token\n"


def test_a_service_whose_address_nobody_said_is_not_looked_for_here(consuming: Careflow) -> None:
    consuming.patch.setenv("CAREFLOW_URLS", "screening=http://screening")

    done = consuming("consumer", "status", "booking")

    assert (done.code, consuming.services.asked) == (1, [])
    assert done.err == "careflow: nobody said where booking is: --url booking=http://… or CAREFLOW_URLS\n"


def test_without_addresses_it_is_the_local_stack_which_has_to_run(consuming: Careflow, tmp_path: Path) -> None:
    consuming.patch.delenv("CAREFLOW_URLS")
    consuming.patch.setenv("CAREFLOW_STATE_DIR", str(tmp_path))

    done = consuming("consumer", "status", "booking")

    assert done.code == 1
    assert done.err.startswith("careflow: no service is running here: careflow up. Of a deployment, say where")


@pytest.mark.parametrize(
    "address",
    ["booking", "booking=", "booking=there", "booking=ftp://there", "booking=http://me:pw@there", "b=http://b"],
)
def test_what_is_no_address_is_not_asked(consuming: Careflow, address: str) -> None:
    done = consuming("consumer", "status", "booking", "--url", address)

    assert (done.code, consuming.services.asked, done.err.count("\n")) == (1, [], 1)


def test_a_service_without_an_address_is_named(consuming: Careflow) -> None:
    consuming.patch.setenv("CAREFLOW_URLS", "screening=http://screening")

    done = consuming("consumer", "status", "booking")

    assert (done.code, "--url booking=http://" in done.err) == (1, True)


@pytest.mark.parametrize("content", ["", "two words", "naïve", "a\nb"])
def test_what_is_no_token_is_not_sent_and_not_shown(consuming: Careflow, tmp_path: Path, content: str) -> None:
    file = tmp_path / "token"
    file.write_text(content, "utf-8")

    done = consuming("consumer", "status", "booking", "--token-file", str(file))

    assert (done.code, consuming.services.asked, done.err.count("\n")) == (1, [], 1)
    assert str(file) in done.err
    assert not content or content not in done.err


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (httpx.ConnectError("refused"), "booking is away: nobody answers at http://booking"),
        (httpx.ReadTimeout("late"), "booking gave no answer at http://booking (ReadTimeout)"),
        (
            problem(401, "token_expired", "The bearer token has expired."),
            "booking: The bearer token has expired. (token_expired)",
        ),
        (
            problem(403, "forbidden", "This caller may not do that."),
            "booking: This caller may not do that. (forbidden); an operator's token is needed",
        ),
        (
            problem(422, "invalid_request", "It has no form.", errors=[{"field": "id", "code": "too_long"}]),
            "booking: It has no form. (invalid_request), id: too_long",
        ),
        (problem(503, "unavailable", "Not\x1b[2J now."), r"booking: Not\x1b[2J now. (unavailable)"),
        (httpx.Response(502, text="<html>"), "what answers at http://booking is not booking (502 to /ops/consumer)"),
        (httpx.Response(200, text="hello"), "what answers at http://booking is not booking (200 to /ops/consumer)"),
        (
            httpx.Response(302, headers={"Location": "http://elsewhere"}),
            "what answers at http://booking is not booking (302 to /ops/consumer)",
        ),
        (answer(), "an answer without stopped: is the service of another version than this command?"),
    ],
)
def test_whatever_goes_wrong_is_one_line(careflow: Careflow, reply: httpx.Response | Exception, said: str) -> None:
    careflow.services.says("booking", "GET consumer", reply)

    done = careflow("consumer", "status", "booking")

    assert (done.code, done.out, done.err) == (1, "", f"careflow: {said}\n")


def test_of_a_command_without_an_answer_nobody_says_what_became_of_it(careflow: Careflow) -> None:
    careflow.services.says(
        "booking", "POST parked/discard", answer(event=parked_event("p1"), dry_run=True), httpx.ReadError("gone")
    )

    done = careflow("parked", "discard", "booking", "--id", "p1", "--execute")

    assert done.code == 1
    assert done.err.endswith("(ReadError); whether it was done is not known, so look before you ask again\n")
    assert len(careflow.services.asked) == 2, "a command is sent once"


def test_a_service_there_is_not(careflow: Careflow) -> None:
    done = careflow("consumer", "status", "bookings")

    assert (done.code, "there is no service bookings" in done.err) == (1, True)


def test_ctrl_c_ends_it_at_once(careflow: Careflow) -> None:
    def interrupted(_: httpx.Request) -> httpx.Response:
        signal.raise_signal(signal.SIGINT)
        return AT_REST

    careflow.services.says("booking", "GET consumer", interrupted)

    done = careflow("consumer", "status", "booking")

    assert (done.code, done.out, done.err) == (130, "", "careflow: stopped\n")
