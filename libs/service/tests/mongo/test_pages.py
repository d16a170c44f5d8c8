"""Lists are read page by page: in order, without gap or repeat, to a last page that says so."""

import base64

import bson
import pytest

from careflow_events.contracts.codes import CareStage
from careflow_service.errors import CursorBroken
from careflow_service.listed import Listed
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.paging import cursor_at
from careflow_service.mongo.store import Store
from libs.service.tests.clinic import CarePath, a_care_path
from libs.service.tests.mongo.storing import stored

pytestmark = pytest.mark.store


async def test_pages_follow_each_other_in_order_without_gap_or_repeat(store: Store, paths: Documents[CarePath]) -> None:
    await stored(store, paths, *(a_care_path(f"p{n}", calls=n // 3) for n in range(9)))
    await stored(store, paths, a_care_path("elsewhere", stage=CareStage.CLOSED, calls=1))
    sort = (("calls", -1),)
    query = {"stage": "info_call"}

    seen: list[str] = []
    after = None
    while page := await paths.looked.many(query, sort=sort, limit=4, after=after):
        seen += [path.id for path in page]
        after = paths.cursor(page[-1], sort)
        if len(seen) == 4:
            await stored(store, paths, a_care_path("newcomer", calls=7))  # lies before the cursor: not shown, no shift

    assert seen == ["p6", "p7", "p8", "p3", "p4", "p5", "p0", "p1", "p2"]


async def test_the_last_page_says_that_it_is_the_last(store: Store, paths: Documents[CarePath]) -> None:
    await stored(store, paths, *(a_care_path(f"p{n}") for n in range(4)))

    first = await paths.page({}, limit=2, after=None)
    last = await paths.page({}, limit=2, after=first.next)

    assert [path.id for path in (*first.items, *last.items)] == ["p0", "p1", "p2", "p3"]
    assert (first.next is None, last.next is None) == (False, True)
    assert await paths.page({"stage": "closed"}, limit=2, after=None) == Listed((), None)


@pytest.mark.parametrize("cursor", ["", "%%%", "AAAA", "eyJhdCI6WzFdfQ=="])
async def test_a_cursor_from_elsewhere_is_refused(paths: Documents[CarePath], cursor: str) -> None:
    with pytest.raises(CursorBroken):
        await paths.looked.many({"stage": "info_call"}, sort=(("calls", -1),), limit=4, after=cursor)


async def test_a_cursor_of_another_order_is_refused(paths: Documents[CarePath]) -> None:
    with pytest.raises(CursorBroken):
        await paths.looked.many({}, limit=4, after=paths.cursor(a_care_path(), (("calls", -1),)))


async def test_a_cursor_of_another_list_is_refused_and_one_that_names_none_is_good(
    store: Store, paths: Documents[CarePath]
) -> None:
    await stored(store, paths, *(a_care_path(f"p{n}") for n in range(3)))
    unnamed = base64.urlsafe_b64encode(bson.encode({"at": ["p0"]})).decode()

    with pytest.raises(CursorBroken):
        await paths.looked.many({}, limit=4, after=cursor_at({"_id": "p0"}, (("_id", 1),), of="visits"))
    assert [each.id for each in await paths.looked.many({}, limit=4, after=unnamed)] == ["p1", "p2"]


async def test_a_page_without_items_is_a_mistake(paths: Documents[CarePath]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        await paths.looked.many({}, limit=0)
