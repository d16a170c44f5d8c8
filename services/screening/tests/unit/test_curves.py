"""Scores over time: one axis with the doses, broken where nobody has answered."""

from datetime import datetime

from screening.domain.outcomes import Reading, Scale
from screening.entrypoints.pages.curves import LEFT, RIGHT, WIDTH, curves, rows
from services.screening.tests.builders import NOW, POLICY, days

OF = {each.questionnaire: each for each in POLICY.outcomes.scales}
RECENT = POLICY.outcomes.recent_within.length.days


def day(number: float) -> datetime:
    return NOW + days(number)


def scored(readings: dict[float, int], questionnaire: str = "phq-9", doses: tuple[float, ...] = (0,)) -> Scale:
    taken = [Reading(at=day(at), total=total) for at, total in readings.items()]
    return Scale(POLICY.outcomes, OF[questionnaire], taken, [day(each) for each in doses])


def most(_: str) -> int:
    return 27


def test_scales_and_doses_share_one_axis() -> None:
    drawn = curves([scored({-7: 20, 7: 10}), scored({-7: 12, 7: 9}, "gad-7")], most, now=day(7))
    assert drawn is not None
    one, other = drawn.panels
    assert [x for x, _ in one.points] == [x for x, _ in other.points] == [LEFT, WIDTH - RIGHT]
    assert drawn.doses == ((LEFT + WIDTH - RIGHT) / 2,)
    assert one.bottom < other.top


def test_the_most_is_at_the_top_and_nothing_at_the_bottom() -> None:
    drawn = curves([scored({0: 27, 7: 0})], most, now=day(7))
    assert drawn is not None
    (panel,) = drawn.panels
    assert [y for _, y in panel.points] == [panel.top, panel.bottom]


def test_nothing_is_drawn_where_nobody_has_answered() -> None:
    apart = scored({0: 20, RECENT: 15, 2 * RECENT + 1: 10})
    drawn = curves([apart], most, now=day(2 * RECENT + 1))
    assert drawn is not None
    (panel,) = drawn.panels
    assert [len(line.split()) for line in panel.lines] == [2, 1]
    assert panel.gaps == ((panel.points[1][0], panel.points[2][0]),)


def test_a_newest_score_that_is_not_recent_is_followed_by_a_gap() -> None:
    drawn = curves([scored({0: 20})], most, now=day(RECENT + 1))
    assert drawn is not None
    assert [(*each,) for each in drawn.panels[0].gaps] == [(float(LEFT), float(WIDTH - RIGHT))]
    newest = rows([scored({0: 20})], now=day(RECENT + 1))[0]
    assert (newest.at, newest.silent_until) == (day(0), day(RECENT + 1))


def test_the_table_has_every_score_and_dose_the_newest_first() -> None:
    shown = rows([scored({-7: 20, 7: 10}), scored({-7: 12}, "gad-7")], now=day(8))
    assert [(each.at, each.questionnaire, each.total) for each in shown] == [
        (day(7), "phq-9", 10),
        (day(0), None, None),
        (day(-7), "phq-9", 20),
        (day(-7), "gad-7", 12),
    ]


def test_without_answers_there_is_no_picture() -> None:
    assert curves([scored({})], most, now=NOW) is None
    assert rows([], now=NOW) == ()
