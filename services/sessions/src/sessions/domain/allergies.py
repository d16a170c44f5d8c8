"""Allergies to medicines beside the dose, which are written in words: is this medicine one of them?

Invariant: a name counts however it is misspelt, under every name the policy knows the medicine by; in doubt it is one.
"""

from collections.abc import Iterable, Sequence

from careflow_domain.spelling import near

LEAST_LETTERS = 5
"""Shorter words of a name (a strength, "oral", "hcl") are no names of medicines."""


def allergies_to(medicine: str, known: Iterable[str], also_named: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Those of the known allergies that may be to this medicine. `also_named` are medicines with all their names, the
    classes they belong to among them.
    """
    words = _words(medicine)
    mine = [each for each in also_named if any(_says(words, _words(name)) for name in each)]
    names = [[word] for word in words if len(word) >= LEAST_LETTERS and word.isalpha()]
    names += [_words(name) for each in mine for name in each]
    return tuple(each for each in known if any(_says(_words(each), name) for name in names))


def _says(words: Sequence[str], name: Sequence[str]) -> bool:
    """Whether the name stands among the words, however it is misspelt."""
    starts = range(len(words) - len(name) + 1)
    return any(all(near(words[start + at], part) for at, part in enumerate(name)) for start in starts)


def _words(text: str) -> list[str]:
    return "".join(each if each.isalnum() else " " for each in text.casefold()).split()
