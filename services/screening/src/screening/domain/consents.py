"""A patient's written consent to disclose what is about substance use (42 CFR 2.31): what may leave, to whom, for what,
until when.

Invariant: a consent is never edited; it ends when it is revoked or on its date, and nothing leaves on it from then on.
That there is one says of a patient what no event may say: it is told to nobody but those who read the record.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict, invalid
from screening.domain.ids import ConsentId, PatientId


class ConsentScope(StrEnum):
    """What may leave: copies of the part about substance use, or its diagnoses on bills."""

    RECORD = "record"
    DIAGNOSES = "diagnoses"


class ConsentPurpose(StrEnum):
    """`treatment_payment_operations`: the single consent for all of them from now on. At the patient's own request no
    more needs to be said of the purpose; `described` is said in words.
    """

    TREATMENT_PAYMENT_OPERATIONS = "treatment_payment_operations"
    PATIENT_REQUEST = "patient_request"
    DESCRIBED = "described"


class ConsentSigner(StrEnum):
    PATIENT = "patient"
    REPRESENTATIVE = "representative"


class ConsentState(StrEnum):
    SIGNED = "signed"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentForm:
    """The clinic's form as it is signed now: who discloses, and the statements that must be in it. `source` says by
    which rule, and who must sign the wording off.
    """

    version: str
    discloser: str
    statements: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTerms:
    """What was filled in on the form. `recipients` are names, or classes of persons; `purpose_in_words` where it is
    `described`; `representative` is their name and authority. `valid_until` is None where the form says "none".
    `document` says where the signed form lies.
    """

    form_version: str
    scope: frozenset[ConsentScope]
    purpose: ConsentPurpose
    purpose_in_words: str = field(default="", repr=False)
    recipients: tuple[str, ...] = field(repr=False)
    signer: ConsentSigner
    representative: str = field(default="", repr=False)
    signed_at: datetime
    valid_until: datetime | None = None
    document: str = field(repr=False)

    def check(self, form: ConsentForm, *, now: datetime) -> None:
        """Refused: `consent_form_unknown`, `consent_incomplete` naming what is missing, `scope_not_of_purpose`,
        `date_in_future`, `date_in_past` for one that has ended already.
        """
        if self.form_version != form.version:
            raise invalid("consent_form_unknown", "The consent was signed on another form than the clinic's now.")
        if missing := tuple(self._missing()):
            raise invalid("consent_incomplete", "A written consent says more (42 CFR 2.31).", missing=missing)
        if ConsentScope.DIAGNOSES in self.scope and not self._for_all_care:
            raise invalid("scope_not_of_purpose", "Bills go to whoever pays: only the single consent covers them.")
        if self.signed_at > now:
            raise invalid("date_in_future", "What was signed cannot lie in the future.")
        if self.valid_until is not None and self.valid_until <= now:
            raise invalid("date_in_past", "This consent has ended already.")

    def _missing(self) -> Iterator[str]:
        said = {
            "scope": bool(self.scope),
            "recipients": any(each.strip() for each in self.recipients),
            "purpose_in_words": self.purpose is not ConsentPurpose.DESCRIBED or bool(self.purpose_in_words.strip()),
            "representative": self.signer is ConsentSigner.PATIENT or bool(self.representative.strip()),
            "valid_until": self._for_all_care or self.valid_until is not None,
            "document": bool(self.document.strip()),
        }
        yield from (name for name, is_said in said.items() if not is_said)

    @property
    def _for_all_care(self) -> bool:
        return self.purpose is ConsentPurpose.TREATMENT_PAYMENT_OPERATIONS

    def names(self, recipient: str) -> bool:
        """Whether it is to this recipient: by name, or as one of all those of the single consent, whom it need not
        name.
        """
        return self._for_all_care or _plain(recipient) in {_plain(each) for each in self.recipients}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureConsent(Aggregate):
    """`end_note` where somebody revoked it, and `ended_by` where that was noted by somebody of the clinic."""

    id: ConsentId
    patient_id: PatientId
    terms: ConsentTerms
    recorded_at: datetime
    recorded_by: str
    state: ConsentState = ConsentState.SIGNED
    ended_at: datetime | None = None
    ended_by: str | None = None
    end_note: str = field(default="", repr=False)

    @classmethod
    def recorded(
        cls,
        consent_id: ConsentId,
        patient_id: PatientId,
        terms: ConsentTerms,
        form: ConsentForm,
        *,
        by: str,
        now: datetime,
    ) -> Self:
        """Refused as `ConsentTerms.check`."""
        terms.check(form, now=now)
        return cls(id=consent_id, patient_id=patient_id, terms=terms, recorded_at=now, recorded_by=by)

    @property
    def due_at(self) -> datetime | None:
        """When it ends by itself."""
        return self.terms.valid_until if self.state is ConsentState.SIGNED else None

    def valid_at(self, now: datetime) -> bool:
        """Whether it counts at that moment, whatever has been said of its end so far."""
        until = self.terms.valid_until
        return self.state is ConsentState.SIGNED and (until is None or now < until)

    def covers_diagnoses(self, now: datetime) -> bool:
        """Whether diagnoses of substance use may be on bills."""
        return ConsentScope.DIAGNOSES in self.terms.scope and self.valid_at(now)

    def must_cover_record(self, recipient: str, *, now: datetime) -> None:
        """Refused: `consent_ended`, `consent_to_other_scope`, `consent_to_others`."""
        if not self.valid_at(now):
            raise conflict("consent_ended", "The consent has been revoked or has expired.")
        if ConsentScope.RECORD not in self.terms.scope:
            raise conflict("consent_to_other_scope", "The consent is not to copies of the record.")
        if not self.terms.names(recipient):
            raise conflict("consent_to_others", "The consent does not name this recipient.")

    def scope_in_words(self) -> Mapping[str, object]:
        """What goes with each copy that is made on it (42 CFR 2.32(b))."""
        terms = self.terms
        return {
            "purpose": terms.purpose_in_words or terms.purpose.value,
            "scope": sorted(terms.scope),
            "recipients": list(terms.recipients),
            "signed_at": terms.signed_at.isoformat(),
            "valid_until": terms.valid_until.isoformat() if terms.valid_until else None,
        }

    def revoked(self, by: str | None, note: str, *, now: datetime) -> Self:
        """The patient takes it back, which is always allowed while it counts; what left before has left. Refused:
        `consent_ended`.
        """
        if not self.valid_at(now):
            raise conflict("consent_ended", "The consent has been revoked or has expired.")
        ended = replace(self.recording(), state=ConsentState.REVOKED, ended_at=now)
        return replace(ended, ended_by=by, end_note=note)

    def expired(self, *, now: datetime) -> Self:
        """Its date has come; before that, or once it has ended, nothing changes."""
        if self.due_at is None or now < self.due_at:
            return self
        return replace(self.recording(), state=ConsentState.EXPIRED, ended_at=self.due_at)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
