"""What answers of one or two builds say."""

import subprocess
import sys

import pytest

from careflow_cli.checkout import root
from tests.bench.questions.answers import Answers, Row, Turn, compared
from tests.bench.questions.asking import as_json, names, table
from tests.bench.questions.catalogue import QUESTIONS
from tests.bench.stopwatch import Times


def answered(*turns: Turn) -> Answers:
    answers = Answers()
    for turn in turns:
        answers.add(turn)
    return answers


def rate(value: float, floor: float | None = None) -> Turn:
    bare = [] if floor is None else [Row("bare", "/s", [floor])]
    return Turn([Row("bookings", "/s", [value], beside="bare" if bare else None), *bare])


def test_turns_of_a_build_are_taken_together() -> None:
    figures = answered(rate(10), rate(30), rate(12)).figures()

    assert figures["bookings"].value == 12


def test_times_have_a_median_and_a_worst_case_in_milliseconds() -> None:
    times = Times([0.001 * number for number in range(1, 201)])

    figures = answered(Turn([Row.of_times("book", times)])).figures()

    assert {name: str(figure) for name, figure in figures.items()} == {"book, p50": "100 ms", "book, p99": "198 ms"}


def test_builds_stand_beside_each_other_and_each_beside_its_own_floor() -> None:
    (bookings, _) = compared(answered(rate(30, floor=60)), answered(rate(20, floor=80)))

    assert bookings.ratio == 1.5
    assert bookings.this is not None
    assert bookings.other is not None
    assert (bookings.this.beside_floor, bookings.other.beside_floor) == (0.5, 0.25)


def test_alone_a_build_has_no_ratio() -> None:
    (bookings,) = compared(answered(rate(30)), None)

    assert (bookings.ratio, bookings.other) == (None, None)


def test_what_only_the_other_build_measured_is_shown_too() -> None:
    rows = compared(answered(rate(30)), answered(Turn([Row("waits", "waits", [15])])))

    assert [(row.name, row.ratio) for row in rows] == [("bookings", None), ("waits", None)]


def test_a_note_is_said_once() -> None:
    noted = Turn([Row("bookings", "/s", [1])], ["by insert_many"])

    assert answered(noted, noted).notes == ["by insert_many"]


def test_a_turn_passes_between_processes_unchanged() -> None:
    turn = Turn([Row("bookings", "/s", [1.5], beside="bare")], ["by insert_many"])

    assert Turn.of_json(turn.as_json()) == turn


def test_the_table_begins_with_the_ratios() -> None:
    answers = {"crowd": compared(answered(rate(30, floor=60)), answered(rate(20, floor=80)))}

    cells = [list(column.cells) for column in table("CareFlow", answers).columns]

    assert [column[0] for column in cells] == ["bookings", "1.50x", "0.50x", "0.25x", "30 /s", "20 /s"]


def test_programs_get_the_same() -> None:
    found = as_json({"crowd": {"this build": answered(rate(30)), "the other build": answered(rate(20))}})

    assert found == {
        "crowd": {
            "bookings": {
                "unit": "/s",
                "ratio": 1.5,
                "this": {"value": 30, "beside_floor": None},
                "other": {"value": 20, "beside_floor": None},
            }
        }
    }


def test_questions_are_asked_in_their_order_whatever_the_order_of_their_names() -> None:
    assert names("flat,book") == ["book", "flat"]
    assert names(",".join(sorted(QUESTIONS))) == list(QUESTIONS)


def test_a_question_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no question speed; there are waits, book"):
        names("book,speed")


def test_a_build_without_what_another_question_stands_on_can_be_asked() -> None:
    probe = "import sys; from tests.bench.questions import catalogue; sys.exit('careflow_cli.operators' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", probe], cwd=root(), check=False).returncode == 0
