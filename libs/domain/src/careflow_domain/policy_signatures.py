"""Who of the clinic stands for the numbers of a clinical policy, and for which words and numbers of it.

Invariant: a signature is the clinic's own act, for one version and for exactly what that version said when it was
read: it names the digest of the document. Whatever is changed afterwards has another digest, which nobody has signed
until somebody does, whether or not the version was raised.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from careflow_domain.errors import invalid

SIGNED: Final = "signed"
"""Where signatures stand in a policy document; all the rest is what is signed."""
DIGITS: Final = 308
"""A number has no more before or after its point: as far as RFC 8785 reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySignature:
    """Somebody with a licence has read every number of this `version`: `by` is their name, `licence` what they may
    decide by, `on` the day, `digest` the one of the document they read. A line without a digest stands for nothing.
    Raises ValueError where one of the others is empty.
    """

    version: str
    by: str
    licence: str
    on: date
    digest: str = ""

    def __post_init__(self) -> None:
        if not (self.version.strip() and self.by.strip() and self.licence.strip()):
            raise ValueError("a signature says for which version, by whom and by which licence")


def signature_of(version: str, signed: Iterable[PolicySignature]) -> PolicySignature | None:
    """The newest one of this version; None while nobody has signed it."""
    return max((each for each in signed if each.version == version), key=lambda each: each.on, default=None)


def standing(signed: Iterable[PolicySignature], digest: str) -> tuple[PolicySignature, ...]:
    """Those who signed what the document of this digest says."""
    return tuple(each for each in signed if each.digest == digest)


def digest_of(document: bytes) -> str:
    """Of everything a policy document says but its signatures: `sha256:` and the SHA-256 of its canonical form by
    RFC 8785 in hexadecimal digits. Neither white space nor the order of names matters; every letter and number does,
    also where a number is longer than RFC 8785 could tell apart. Raises DomainError for what is no JSON object, or says
    something twice.
    """
    try:
        said = json.loads(document, parse_float=Decimal, parse_constant=_refused, object_pairs_hook=_once)
        rest = {name: each for name, each in said.items() if name != SIGNED}
        return f"sha256:{sha256(_canonical(rest).encode()).hexdigest()}"
    except (ValueError, AttributeError):
        raise invalid(
            "policy_not_canonical", "The policy is no JSON object in which everything is said once; nobody can sign it."
        ) from None


def _canonical(value: Any) -> str:
    if isinstance(value, dict):
        named = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(f"{_canonical(name)}:{_canonical(each)}" for name, each in named) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, Decimal):
        if abs(value.adjusted()) > DIGITS:
            raise ValueError("no measure of anything")
        written = format(value, "f")
        shortest = written.rstrip("0").rstrip(".") if "." in written else written
        return "0" if shortest == "-0" else shortest
    return json.dumps(value, ensure_ascii=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(said := dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return said


def _refused(constant: str) -> None:
    raise ValueError(constant)
