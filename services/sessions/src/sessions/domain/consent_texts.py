"""The texts that patients sign: what was shown, in which words, and which of them are in force.

Invariants: what is signed is known by the digest of the words as they were shown, which is computed and never typed;
two texts never have one name and version; the newest version of what a text is about is in force, and earlier ones can
be read as long as the clinic keeps them; a text whose words were changed under its version is another one, and what was
signed before is no consent to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Self

from careflow_domain.errors import conflict, invalid
from sessions.domain.consents import Consent, ConsentCategory, ConsentText
from sessions.domain.words import Route

ALWAYS: Final = "en"
"""The language every text is in."""
LANGUAGES: Final = frozenset({ALWAYS, "es"})
MUST_HAVE: Final = frozenset(
    {ConsentCategory.PRIVACY, ConsentCategory.TELEHEALTH, ConsentCategory.FINANCIAL, ConsentCategory.TREATMENT}
)
"""Of what a clinic has a text; of treatment by each route it gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A text in one language. `purpose` says what it is for, `statement` is what the signature says."""

    title: str
    purpose: str
    passages: tuple[Passage, ...]
    statement: str

    def __post_init__(self) -> None:
        said = (self.title, self.purpose, self.statement, *(line for each in self.passages for line in each.lines))
        if not self.passages or not all(each.strip() for each in said):
            raise ValueError("a text has a title, a purpose, passages and what is agreed to, none of them empty")

    @property
    def plain(self) -> str:
        """The words as they are shown, one paragraph a line, in UTF-8 what `digest` is of."""
        passages = (line for each in self.passages for line in (each.heading, *each.lines))
        return "\n".join((self.title, self.purpose, *passages, self.statement)) + "\n"

    @property
    def digest(self) -> str:
        """SHA-256 of `plain`, in hexadecimal."""
        return sha256(self.plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDocument:
    """One version of one text. `version` is a month or a day, so that the later one is the newer; `policy_version`
    names the policy a text is about; `sample`: nobody's but an example; `on_paper`: something is to be filled in, so it
    is signed at the clinic. `source` says after which rules it was written, and by whom it is signed off.
    """

    document: str
    version: str
    category: ConsentCategory
    route: Route | None = None
    policy_version: str | None = None
    sample: bool = False
    on_paper: bool = False
    source: str
    wordings: Mapping[str, Wording]

    def __post_init__(self) -> None:
        if not _is_day_or_month(self.version):
            raise ValueError("a version is a month or a day, such as 2026-11 or 2026-11-23")
        if (self.category is ConsentCategory.TREATMENT) != (self.route is not None):
            raise ValueError("a consent to treatment is for one route, and nothing else is for any")
        if ALWAYS not in self.wordings or not LANGUAGES.issuperset(self.wordings):
            raise ValueError("every text is there in English, and in no language but those of the pages, en and es")

    @property
    def about(self) -> tuple[ConsentCategory, Route | None]:
        return self.category, self.route

    def language(self, wanted: str) -> str:
        """The language it is read in by who wants this one."""
        return wanted if wanted in self.wordings else ALWAYS

    def wording(self, wanted: str) -> Wording:
        return self.wordings[self.language(wanted)]

    def to_sign(self, language: str) -> ConsentText:
        """What a signature under it is about."""
        in_language = self.language(language)
        return ConsentText(
            document=self.document,
            document_version=self.version,
            sha256=self.wordings[in_language].digest,
            language=in_language,
            route=self.route,
            policy_version=self.policy_version,
        )

    def covers(self, consent: Consent, now: datetime) -> bool:
        """Whether this is what a patient agreed to, word for word, and whether that counts now."""
        return consent.category is self.category and self.is_of(consent.text) and consent.valid_at(now)

    def is_of(self, text: ConsentText) -> bool:
        """Whether this is what was signed, word for word."""
        wording = self.wordings.get(text.language)
        return (
            (self.document, self.version, self.route) == (text.document, text.document_version, text.route)
            and wording is not None
            and wording.digest == text.sha256
        )


@dataclass(frozen=True, slots=True)
class ConsentTexts:
    """All that can be read: `kept` are the clinic's in all their versions, `former` those it signs no more."""

    kept: Sequence[ConsentDocument]
    former: Sequence[ConsentDocument] = ()

    @classmethod
    def of(cls, kept: Sequence[ConsentDocument], former: Sequence[ConsentDocument] = ()) -> Self:
        """Raises ValueError for a set by which nobody could be asked, or not know what they signed."""
        seen: set[tuple[str, str]] = set()
        for each in (*kept, *former):
            if (each.document, each.version) in seen:
                raise ValueError(f"{each.document} {each.version} is there twice; another text has another version")
            seen.add((each.document, each.version))
        if missing := sorted(MUST_HAVE - {each.category for each in kept}):
            raise ValueError(f"there is no text of {', '.join(missing)}")
        return cls(tuple(kept), tuple(former))

    @property
    def in_force(self) -> tuple[ConsentDocument, ...]:
        """What is signed now, in the order of the files."""
        newest: dict[tuple[ConsentCategory, Route | None], ConsentDocument] = {}
        for each in self.kept:
            known = newest.get(each.about)
            if known is None or known.version < each.version:
                newest[each.about] = each
        return tuple(newest.values())

    @property
    def samples_in_force(self) -> bool:
        """Whether a patient is asked to sign what is nobody's but an example."""
        return any(each.sample for each in self.in_force)

    def current(self, category: ConsentCategory, route: Route | None = None) -> ConsentDocument | None:
        """What is signed of it now; None where the clinic has no text of it."""
        return next((each for each in self.in_force if each.about == (category, route)), None)

    def named(self, document: str) -> ConsentDocument | None:
        """What is signed now under this name."""
        return next((each for each in self.in_force if each.document == document), None)

    def treatment(self, route: Route) -> ConsentDocument | None:
        """The text in which consent to treatment by this route counts; None where nobody can consent to it."""
        return self.current(ConsentCategory.TREATMENT, route)

    def read_as(self, text: ConsentText) -> ConsentDocument | None:
        """What was signed, word for word; None where that text is kept no more."""
        return next((each for each in (*self.kept, *self.former) if each.is_of(text)), None)

    def check(self, category: ConsentCategory, text: ConsentText) -> None:
        """Whether this is what is signed now. Refused: `route_missing`, `consent_text_unknown` (no text has this name,
        version, language, route and digest), `consent_text_superseded` (there is a newer one).
        """
        if category is ConsentCategory.TREATMENT and text.route is None:
            raise invalid("route_missing", "Consent to treatment is for one route.")
        found = self.read_as(text)
        if found is None or found.category is not category:
            raise invalid("consent_text_unknown", "No text of the clinic has this name, version, language and digest.")
        if self.current(*found.about) is not found:
            raise conflict("consent_text_superseded", "There is a newer text of this; read and sign that one.")


def _is_day_or_month(version: str) -> bool:
    parts = version.split("-")
    return [len(each) for each in parts] in ([4, 2], [4, 2, 2]) and all(each.isdecimal() for each in parts)
