"""A signature on a page: what it is under."""

from dataclasses import replace

from sessions.domain.consent_texts import ConsentDocument, ConsentTexts
from sessions.domain.consents import ConsentText


def agreed_text(texts: ConsentTexts, now: ConsentDocument, version: str, digest: str) -> ConsentText:
    """What was shown, by what its page said of it: in whichever language those are the words, also of a version before.
    Words that no text has are what the command refuses.
    """
    versions = (now, *texts.kept, *texts.former)
    among = (each.to_sign(language) for each in versions if each.about == now.about for language in each.wordings)
    named = (each for each in among if (each.document_version, each.sha256) == (version, digest))
    return next(named, replace(now.to_sign("en"), document_version=version, sha256=digest))
