"""Who of the clinic stands for the numbers of a clinical policy, and for which version of it.

Invariant: a signature is the clinic's own act, for one version; what is changed afterwards has another version, which
nobody has signed until somebody does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySignature:
    """Somebody with a licence has read every number of this `version`: `by` is their name, `licence` what they may
    decide by, `on` the day. Raises ValueError where one of them is empty.
    """

    version: str
    by: str
    licence: str
    on: date

    def __post_init__(self) -> None:
        if not (self.version.strip() and self.by.strip() and self.licence.strip()):
            raise ValueError("a signature says for which version, by whom and by which licence")


def signature_of(version: str, signed: Iterable[PolicySignature]) -> PolicySignature | None:
    """The newest one of this version; None while nobody has signed it."""
    return max((each for each in signed if each.version == version), key=lambda each: each.on, default=None)
