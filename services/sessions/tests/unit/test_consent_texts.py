"""The texts patients sign: which is in force, what can be read, and what keeps the service from starting."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from careflow_domain.errors import DomainError
from careflow_service.content import Content
from careflow_service.settings import SettingsError
from services.sessions.tests.builders import TEXTS
from sessions.adapters.clinic_data import ENTRIES, SHIPPED, consent_texts
from sessions.domain.consent_texts import ConsentDocument, ConsentTexts
from sessions.domain.consents import ConsentCategory, ConsentText
from sessions.domain.words import Route

TREATMENT = ConsentCategory.TREATMENT


def iv() -> ConsentDocument:
    document = TEXTS.current(TREATMENT, Route.INTRAVENOUS)
    assert document is not None
    return document


def test_what_is_shipped_is_a_sample_of_everything_that_is_signed_in_both_languages() -> None:
    assert {each.about for each in TEXTS.in_force} == {
        *((TREATMENT, route) for route in Route),
        *((each, None) for each in ConsentCategory if each is not TREATMENT),
    }
    assert all(each.sample and set(each.wordings) == {"en", "es"} for each in TEXTS.in_force)
    assert TEXTS.samples_in_force


@pytest.mark.parametrize("route", Route)
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("FDA", "off-label", "electroconvulsive", "magnetic", "bladder", "liver", "suicide", "drive", "911")),
        (
            "es",
            ("FDA", "fuera de lo indicado", "electroconvulsiva", "magnética", "vejiga", "hígado", "suicidio", "911"),
        ),
    ],
)
def test_consent_to_treatment_says_what_it_must(route: Route, language: str, said: tuple[str, ...]) -> None:
    document = TEXTS.current(TREATMENT, route)
    assert document is not None
    text = document.wording(language).plain
    assert [each for each in said if each not in text] == []
    assert ("compound" if language == "en" else "preparad") in text.lower()


def test_the_digest_is_of_the_words_as_they_are_shown() -> None:
    wording = iv().wording("en")
    assert wording.plain.startswith(f"{wording.title}\n{wording.purpose}\n")
    assert wording.plain.endswith(f"{wording.statement}\n")
    assert wording.digest == sha256(wording.plain.encode("utf-8")).hexdigest()
    assert replace(wording, statement="I agree to something else.").digest != wording.digest


def test_who_wants_a_language_there_is_none_of_reads_and_signs_english() -> None:
    english = iv().to_sign("en")
    assert (iv().to_sign("fr"), english.language) == (english, "en")


def later(document: ConsentDocument, version: str) -> ConsentDocument:
    wordings = {
        language: replace(each, statement=f"{each.statement} {version}") for language, each in document.wordings.items()
    }
    return replace(document, version=version, wordings=wordings)


def test_the_newest_version_is_in_force_and_an_earlier_one_can_be_read_but_not_signed() -> None:
    before = iv()
    texts = ConsentTexts.of((*TEXTS.kept, later(before, "2026-12-15"), later(before, "2026-12")))
    newest, oral = texts.treatment(Route.INTRAVENOUS), texts.treatment(Route.ORAL)
    assert newest is not None
    assert oral is not None
    assert (newest.version, oral.version) == ("2026-12-15", "2026-11")

    signed = before.to_sign("es")
    assert texts.read_as(signed) is before
    with pytest.raises(DomainError, match="consent_text_superseded"):
        texts.check(TREATMENT, signed)
    texts.check(TREATMENT, later(before, "2026-12-15").to_sign("es"))


@pytest.mark.parametrize(
    "changes",
    [{"document": "another"}, {"document_version": "2026-10"}, {"sha256": "0" * 64}, {"language": "es"}],
)
def test_what_no_text_says_is_not_signed(changes: dict[str, Any]) -> None:
    signed: ConsentText = replace(iv().to_sign("en"), **changes)
    assert TEXTS.read_as(signed) is None
    with pytest.raises(DomainError, match="consent_text_unknown"):
        TEXTS.check(TREATMENT, signed)


def test_a_text_is_signed_as_what_it_is() -> None:
    with pytest.raises(DomainError, match="consent_text_unknown"):
        TEXTS.check(ConsentCategory.FINANCIAL, iv().to_sign("en"))
    with pytest.raises(DomainError, match="route_missing"):
        TEXTS.check(TREATMENT, replace(iv().to_sign("en"), route=None))


def own(folder: Path, **changes: Any) -> Content:
    """The clinic's own texts: the shipped ones in a later version, no samples, without oral treatment."""
    (folder / "consents").mkdir(exist_ok=True)
    for file in (SHIPPED / "consents").iterdir():
        said = {**json.loads(file.read_bytes()), "version": "2027-01", "sample": False}
        if said.get("route") == "oral":
            continue
        if said["document"] == "telehealth":
            said |= changes
        (folder / "consents" / file.name).write_text(json.dumps(said), "utf-8")
    return Content(SHIPPED, ENTRIES, folder)


def test_a_clinic_s_own_take_the_place_of_what_is_shipped_which_can_still_be_read(tmp_path: Path) -> None:
    texts = consent_texts(own(tmp_path))

    assert not texts.samples_in_force
    newest = texts.treatment(Route.INTRAVENOUS)
    assert newest is not None
    assert newest.version == "2027-01"
    assert texts.treatment(Route.ORAL) is None
    assert texts.read_as(iv().to_sign("en")) == iv()
    with pytest.raises(DomainError, match="consent_text_superseded"):
        texts.check(TREATMENT, iv().to_sign("en"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": "2026-11"}, "telehealth 2026-11 is there twice"),
        ({"version": "two"}, "telehealth.2026-11.json: the document: .*a version is a month or a day"),
        ({"wordings": {}}, "telehealth.2026-11.json: the document: .*in English"),
        ({"route": "oral"}, "telehealth.2026-11.json: the document: .*for one route"),
        ({"category": "release"}, "no text of telehealth"),
        ({"sampel": True}, "telehealth.2026-11.json: sampel: "),
    ],
)
def test_texts_nobody_could_be_asked_by_keep_the_service_from_starting(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        consent_texts(own(tmp_path, **changes))
