"""What pages say, in each language they say it in.

Invariant: every language has every word, so that no page is half in another; a service whose words differ does not
start.
"""

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from babel import Locale

LOCALES: Final[Mapping[str, Locale]] = {"en": Locale("en", "US"), "es": Locale("es", "US")}
"""The languages of patients, and how each writes dates and times here."""

FIRST: Final = "en"
"""What somebody gets whose languages are none of ours."""


class WordsDiffer(Exception):
    """A language lacks words another has, or has one that no template can read; the message names them."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words, by group and name."""

    language: str
    locale: Locale
    groups: Mapping[str, Mapping[str, str]]

    def fault(self, field: str, code: str) -> str:
        """What is wrong with a field, in a sentence that says what to do."""
        said = self.groups["faults"]
        return next(said[key] for key in (f"{field}-{code}", code, "other") if key in said)


@functools.cache
def words_of(*packages: str) -> Mapping[str, Words]:
    """What the packages' `words/<language>.toml` say, by language; read once by a process. Raises `WordsDiffer`."""
    found = {language: Words(language, locale, _read(language, packages)) for language, locale in LOCALES.items()}
    known = {f"{group}.{name}" for each in found.values() for group, names in each.groups.items() for name in names}
    wrong = [f"{key} has a name of Python's own" for key in sorted(known) if hasattr(dict, key.partition(".")[2])]
    wrong += [
        f"{language}: {key}"
        for language, each in found.items()
        for key in sorted(known)
        if key.partition(".")[2] not in each.groups.get(key.partition(".")[0], {})
    ]
    if wrong:
        raise WordsDiffer("; ".join(wrong))
    return MappingProxyType(found)


def preferred(asked: str | None, accepted: str) -> str:
    """The language of a reader who asked for one, or whose browser sent `accepted` (RFC 9110, 12.5.4)."""
    weighed = [each for each in _weighed(accepted) if each[1] > 0]  # 0 is what somebody does not want
    wanted = [asked] if asked else [tag for tag, _ in sorted(weighed, key=lambda each: -each[1])]
    return next((base for tag in wanted if (base := tag.partition("-")[0].lower()) in LOCALES), FIRST)


def _weighed(accepted: str) -> list[tuple[str, float]]:
    return [_weight(part) for part in accepted[:200].split(",") if part.strip()]


def _weight(part: str) -> tuple[str, float]:
    tag, _, quality = part.partition(";")
    try:
        return tag.strip(), float(quality.strip().removeprefix("q=") or 1)
    except ValueError:
        return tag.strip(), 0.0


def _read(language: str, packages: Sequence[str]) -> dict[str, dict[str, str]]:
    groups: dict[str, dict[str, str]] = {}
    for package in packages:
        text = (files(package) / "words" / f"{language}.toml").read_text(encoding="utf-8")
        read: dict[str, Any] = tomllib.loads(text)
        for group, names in read.items():
            groups.setdefault(group, {}).update(names)
    return groups
