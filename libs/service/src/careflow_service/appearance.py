"""When two names look the same to whoever reads them, though they are written with other characters.

Whom somebody takes for whom decides who is given a dose and who witnesses it, so names are told apart by how they look.
What is taken for alike and is not costs no more than a year of birth or an id beside a name.
"""

import unicodedata
from typing import Final

_WRITTEN: Final = "авсԁеһніјкморԛѕтԝхуүαβεζηικμνορτυχϲօսհ"
_READ: Final = "abcdehhijkmopqstwxyyabezhikmnoptyxcouh"
"""Letters of Cyrillic, Greek and Armenian that are read as Latin ones, small or capital: of the confusables of Unicode
technical standard 39 those that a name can be written with.
"""
_STROKES: Final = str.maketrans("i1|ı0", "llllo")
_LOOKS: Final = str.maketrans(_WRITTEN, _READ.translate(_STROKES)) | _STROKES


def appearance(text: str) -> str:
    """The same for texts that look the same, whatever their case, blanks, width and script; not to be shown."""
    seen = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    return " ".join(unicodedata.normalize("NFC", seen.casefold()).translate(_LOOKS).split())
