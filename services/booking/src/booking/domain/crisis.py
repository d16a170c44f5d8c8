"""Words that may sound like a crisis. They decide one thing: that somebody is told at once where there is help now, and
that a person looks first. They are no diagnosis, and nothing else follows from them.
"""

import unicodedata
from collections.abc import Iterable


def sounds_like_crisis(words: str, phrases: Iterable[str]) -> bool:
    """Whether any of the phrases is in it, however it is written; one that ends in `*` may go on."""
    said = f" {_plain(words)} "
    return any(f" {_plain(phrase)}{'' if phrase.endswith('*') else ' '}" in said for phrase in phrases)


def _plain(words: str) -> str:
    """Small letters without accents and apostrophes, one space between words."""
    letters = unicodedata.normalize("NFKD", words.casefold())
    kept = (each for each in letters if not unicodedata.combining(each) and each not in "'’‘`´")
    return " ".join("".join(each if each.isalnum() else " " for each in kept).split())
