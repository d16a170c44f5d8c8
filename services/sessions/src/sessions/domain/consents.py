"""Consents: what a patient agreed to, in which version of which text, and until when.

Invariants: a consent is never edited; another text or another route is another consent; it ends by withdrawal, by
its date, or by a newer one of the same category and route.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, invalid
from sessions.domain.ids import ConsentId, PatientId, StaffId
from sessions.domain.words import Route


class ConsentCategory(StrEnum):
    TREATMENT = "treatment"
    TELEHEALTH = "telehealth"
    FINANCIAL = "financial"
    PRIVACY = "privacy"
    RELEASE = "release"


class ConsentState(StrEnum):
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """The document as it was shown. Consent to treatment names its route; a policy's consent the policy's version."""

    document: str = field(repr=False)
    document_version: str
    sha256: str
    language: str
    route: Route | None = field(default=None, repr=False)
    policy_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFact(Fact):
    consent: "Consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSigned(ConsentFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(ConsentFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentExpired(ConsentFact):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Aggregate):
    """`signer` is the patient's own login, or "in_person" when signed on paper before `witness`. `renews` are all
    earlier consents to the same thing, ended or not.
    """

    id: ConsentId
    patient_id: PatientId
    category: ConsentCategory
    text: ConsentText
    signer: str
    witness: StaffId | None
    signed_at: datetime
    valid_until: datetime
    renews: tuple[ConsentId, ...] = ()
    state: ConsentState = ConsentState.SIGNED
    ended_at: datetime | None = None

    @classmethod
    def signed(
        cls,
        consent_id: ConsentId,
        patient_id: PatientId,
        category: ConsentCategory,
        text: ConsentText,
        *,
        signer: str,
        witness: StaffId | None,
        earlier: Sequence[Self] = (),
        valid_until: datetime,
        now: datetime,
    ) -> Self:
        """`earlier` are the patient's consents before this one. Refused: `route_missing` (consent to treatment
        without its route), `witness_missing`.
        """
        if category is ConsentCategory.TREATMENT and text.route is None:
            raise invalid("route_missing", "Consent to treatment is for one route.")
        if signer == IN_PERSON and witness is None:
            raise invalid("witness_missing", "A consent signed on paper needs the staff member who saw it.")
        consent = cls(
            id=consent_id,
            patient_id=patient_id,
            category=category,
            text=text,
            signer=signer,
            witness=witness,
            signed_at=now,
            renews=tuple(each.id for each in earlier if each.is_about(category, text)),
            valid_until=valid_until,
        )
        return consent.saying(ConsentSigned(consent=consent, at=now))

    @property
    def due_at(self) -> datetime | None:
        """When it ends by itself."""
        return self.valid_until if self.state is ConsentState.SIGNED else None

    def valid_at(self, now: datetime) -> bool:
        """Whether it counts at that moment, whatever has been said of its end so far."""
        return self.state is ConsentState.SIGNED and now < self.valid_until

    def is_for(self, route: Route, now: datetime) -> bool:
        """Whether it is a valid consent to treatment by this route, in whichever words."""
        return self.category is ConsentCategory.TREATMENT and self.text.route is route and self.valid_at(now)

    def is_about(self, category: ConsentCategory, text: ConsentText) -> bool:
        """Whether it is to the same thing, so that a newer one takes its place."""
        return self.category is category and self.text.route is text.route

    def withdrawn(self, *, now: datetime) -> Self:
        """The patient takes it back, always allowed while it counts. Refused: `consent_ended`."""
        if self.state is not ConsentState.SIGNED:
            raise conflict("consent_ended", "The consent has ended already.", state=self.state.value)
        return self._ended(ConsentState.WITHDRAWN, now, ConsentWithdrawn(consent=self, at=now))

    def expired(self, *, now: datetime) -> Self:
        """Its date has come; before that, or once it has ended, nothing changes."""
        if self.state is not ConsentState.SIGNED or now < self.valid_until:
            return self
        ended = ConsentExpired(consent=self, at=self.valid_until)
        return self._ended(ConsentState.EXPIRED, self.valid_until, ended)

    def superseded(self, *, now: datetime) -> Self:
        """A newer consent takes its place; that one's signature says so. One that has ended stays as it is."""
        if self.state is not ConsentState.SIGNED:
            return self
        return self._ended(ConsentState.SUPERSEDED, now)

    def _ended(self, state: ConsentState, at: datetime, *said: Fact) -> Self:
        return replace(self.recording(*said), state=state, ended_at=at)


IN_PERSON = "in_person"
"""The signer of a consent that was signed on paper at the clinic."""
