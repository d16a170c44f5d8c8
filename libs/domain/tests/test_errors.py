"""A refusal has a kind, a code that never changes, and a sentence."""

import pytest

from careflow_domain.errors import DomainError, ErrorKind, conflict, forbidden, invalid, not_found, stale


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (invalid("slot_off_grid", "…"), ErrorKind.INVALID, "slot_off_grid"),
        (conflict("wrong_state", "…"), ErrorKind.CONFLICT, "wrong_state"),
        (forbidden("route_excluded", "…"), ErrorKind.FORBIDDEN, "route_excluded"),
        (not_found("care_path"), ErrorKind.NOT_FOUND, "care_path_not_found"),
        (stale(), ErrorKind.STALE, "stale_version"),
    ],
)
def test_every_way_to_refuse_has_its_kind(error: DomainError, kind: ErrorKind, code: str) -> None:
    assert (error.kind, error.code, str(error)) == (kind, code, code)


def test_what_is_not_found_is_named_in_words() -> None:
    assert not_found("care_path").detail == "There is no such care path."


def test_a_refusal_may_say_more_and_stays_the_same_refusal() -> None:
    refused = conflict("wrong_state", "It is closed.", state="closed")

    more = refused.with_extra(version=3)

    assert (more.kind, more.code, more.detail) == (refused.kind, refused.code, refused.detail)
    assert more.extra == {"state": "closed", "version": 3}
    assert refused.extra == {"state": "closed"}
