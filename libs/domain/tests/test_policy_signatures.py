"""A signature stands for one version of the clinical numbers, and for every number of it."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from careflow_domain.errors import DomainError
from careflow_domain.policy_signatures import PolicySignature, digest_of, signature_of, standing

ROSA = PolicySignature(version="2026-12-01", by="Rosa Ortiz", licence="CA physician A12345", on=date(2026, 12, 1))


def test_a_changed_version_is_signed_by_nobody_until_somebody_does() -> None:
    again = replace(ROSA, version="2027-01-01", on=date(2027, 1, 1))

    assert signature_of("2026-12-01", [ROSA]) is ROSA
    assert signature_of("2027-01-01", [ROSA]) is None
    assert signature_of("2027-01-01", [ROSA, again]) is again
    assert signature_of("2026-12-01", []) is None


def test_of_two_who_signed_the_same_the_later_one_is_named() -> None:
    later = replace(ROSA, by="Ken Abe", on=date(2026, 12, 3))

    assert signature_of("2026-12-01", [later, ROSA]) is later


@pytest.mark.parametrize("left_out", ["version", "by", "licence"])
def test_it_says_who_and_by_which_licence(left_out: str) -> None:
    said: dict[str, Any] = {left_out: " "}

    with pytest.raises(ValueError, match="by whom"):
        replace(ROSA, **said)


def test_only_who_signed_what_the_document_says_stands_for_it() -> None:
    read = replace(ROSA, digest=digest_of(b'{"wait": 15}'))

    assert standing([ROSA, read], digest_of(b'{"wait": 15}')) == (read,)
    assert standing([ROSA, read], digest_of(b'{"wait": 16}')) == ()
    assert standing([ROSA], "") == (ROSA,)


def test_the_digest_is_the_one_of_the_canonical_form_without_signatures() -> None:
    """The form is RFC 8785's; the digest was made by sorted names and JSON.stringify of ECMAScript, as it asks for."""
    limits = '{"€": 1.50, "a": [1e2, -0.0, true, null, "\\u000a"]}'
    document = f'{{"signed": [{{"by": "Rosa"}}], "version": "1", "limits": {limits}}}'

    assert digest_of(document.encode()) == DIGEST


DIGEST = "sha256:f91c583da8f5f4167d9cb3207be079eeea3b1bfd3a72468454834d910c196995"


@pytest.mark.parametrize(
    "written",
    [
        '{"b": [1, 2.50], "a": "x"}',
        '\n{"a" : "\\u0078",\n"b":[1.0,2.5]}',
        '{"signed": [], "a": "x", "b": [1, 25e-1]}',
    ],
)
def test_how_it_is_written_does_not_matter(written: str) -> None:
    assert digest_of(written.encode()) == digest_of(b'{"a":"x","b":[1,2.5]}')


@pytest.mark.parametrize(
    "otherwise",
    [
        '{"a": "X", "b": [1, 2.5]}',
        '{"a": "x", "b": [2.5, 1]}',
        '{"a": "x", "b": [1, "2.5"]}',
        '{"a": "x", "b": [1, 2.50000000000000000001]}',
        '{"a": "x", "b": [1, 2.5], "c": null}',
        '{"a": "x", "b": [true, 2.5]}',
        '{"a": "x", "b": {"signed": [1, 2.5]}}',
    ],
)
def test_whatever_it_says_matters(otherwise: str) -> None:
    assert digest_of(otherwise.encode()) != digest_of(b'{"a":"x","b":[1,2.5]}')


@pytest.mark.parametrize(
    "document", ["{", "[]", '{"a": 1e999999999}', '{"a": 1, "a": 2}', '{"a": {"b": 1, "b": 1}}', '{"a": NaN}']
)
def test_what_says_something_twice_or_nothing_cannot_be_signed(document: str) -> None:
    with pytest.raises(DomainError) as refused:
        digest_of(document.encode())

    assert refused.value.code == "policy_not_canonical"


def test_a_number_nobody_can_write_out_is_refused() -> None:
    with pytest.raises(DomainError):
        digest_of(json.dumps({"a": "\ud800"}, ensure_ascii=False).encode("utf-8", "surrogatepass"))
