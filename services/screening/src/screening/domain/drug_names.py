"""Reads what a patient calls a medication: ingredients, trade names, strengths and forms, in any order and several at
once.

Invariant: every word is accounted for. What is neither a name the table knows nor a word without meaning stays unknown
and is never dropped; a name that is merely near is offered, not taken.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from careflow_domain.spelling import near

_WORD = re.compile(r"[a-z0-9][a-z0-9.%']*")
_STRENGTH = re.compile(r"[0-9][0-9.]*[a-z%]*")
_AIM = "for"
"""What follows says what a medication is taken for: names in it count, other words do not."""
_NEXT = re.compile(r"[,;+/&]|\band\b|\bwith\b")


@dataclass(frozen=True, slots=True)
class Written:
    """What was recognised: the ingredients, and the words nobody knows."""

    ingredients: frozenset[str] = field(repr=False)
    unknown: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DrugNames:
    """`names` maps each name to its ingredients; `words` are those without meaning beside a name (forms, times)."""

    names: Mapping[str, tuple[str, ...]]
    words: frozenset[str]
    _longest: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        longest = max((name.count(" ") + 1 for name in self.names), default=0)
        object.__setattr__(self, "_longest", longest)

    def read(self, text: str) -> Written:
        """The ingredients in a text, and what of it is unknown."""
        parts = [self._read(part) for part in _NEXT.split(text.lower().replace("’", "'"))]
        found = frozenset(chain.from_iterable(ingredients for ingredients, _ in parts))
        unknown = tuple(dict.fromkeys(chain.from_iterable(words for _, words in parts)))
        return Written(found, unknown if found or unknown else (text,))

    def offered(self, unknown: str) -> tuple[str, ...]:
        """The names that a phrase nobody knows comes near to, for a person to confirm."""
        phrases = {unknown, *unknown.split()}
        return tuple(sorted(name for name in self.names if any(near(phrase, name) for phrase in phrases)))

    def spelled(self, text: str) -> tuple[str, ...]:
        """The text with names that come near in place of what nobody knows: for whoever wrote it to choose from."""
        written = " ".join(text.lower().split())
        near_by: dict[str, None] = {}
        for phrase in self.read(written).unknown:
            for name in self.offered(phrase):
                meant = next((each for each in (phrase, *phrase.split()) if near(each, name)), phrase)
                near_by[written.replace(meant, name, 1)] = None
        return tuple(near_by)

    def _read(self, part: str) -> tuple[list[str], list[str]]:
        words = [word.strip(".'") for word in _WORD.findall(part)]
        found: list[str] = []
        unknown: list[list[str]] = [[]]
        at, aim = 0, False
        while at < len(words):
            name = self._name_at(words, at)
            if name:
                found.extend(self.names[" ".join(name)])
                unknown.append([])
            elif words[at] == _AIM:
                aim = True
            elif not aim and words[at] not in self.words and not _STRENGTH.fullmatch(words[at]):
                unknown[-1].append(words[at])
            at += len(name) or 1
        return found, [" ".join(phrase) for phrase in unknown if phrase]

    def _name_at(self, words: Sequence[str], at: int) -> Sequence[str]:
        """The longest name that stands there."""
        for length in range(min(self._longest, len(words) - at), 0, -1):
            if " ".join(words[at : at + length]) in self.names:
                return words[at : at + length]
        return ()
