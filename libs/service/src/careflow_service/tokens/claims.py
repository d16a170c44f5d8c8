"""What the claims of a verified token say: who somebody is, in which roles, which patient's id is theirs, and under
which name sections of events are sealed to them.

Where that stands is the clinic's to set, because providers differ. Invariant: no claim grants the roles of the system
itself; a token that is not an access token says nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from careflow_service.identity import BY_LINK, NEVER_GRANTED, Actor, Role

GRANTABLE: Final = frozenset(Role) - NEVER_GRANTED
_THEMSELVES: Final = {str(role): role for role in GRANTABLE}
_UNATTENDED: Final = frozenset(
    {Role.PATIENT, Role.WALL_SCREEN, Role.EVENTS_OPERATIONAL, Role.EVENTS_SAFETY, Role.EVENTS_FINANCIAL}
)
OF_STAFF: Final = GRANTABLE - _UNATTENDED
"""Roles of people who work at the clinic, and log in themselves."""
_SCOPES: Final = ("scope", "scp")
"""Claims that hold several words in one text (RFC 6749, 3.3), where another claim's text would be one word."""
_MACHINE: Final = "client:"
"""Before the name of a machine, so that it is nobody's login."""
_POINTER: Final = re.compile(r"(?:/(?:[^~/]|~[01])+)+")
_OF_ID_TOKENS: Final = ("at_hash", "c_hash", "s_hash")
_OF_OTHER_TOKENS: Final = ("events",)
_NOT_FOR_ROLES: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "client_id"})


class NobodyNamed(Exception):
    """The claims do not say who this is, or in a form that cannot be relied on."""


class TooLittleShown(NobodyNamed):
    """They say who this is, and that less was shown to prove it than this clinic asks of its staff."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a value stands among the claims: the name of one, whatever is in it, or, beginning with `/`, a JSON pointer
    (RFC 6901) into them. Raises ValueError for what is neither.
    """

    said: str

    def __post_init__(self) -> None:
        if not self.said or (self.said.startswith("/") and not _POINTER.fullmatch(self.said)):
            raise ValueError("must be a claim's name, or a JSON pointer like /realm_access/roles")

    @property
    def path(self) -> tuple[str, ...]:
        """The names from outside in."""
        if not self.said.startswith("/"):
            return (self.said,)
        return tuple(part.replace("~1", "/").replace("~0", "~") for part in self.said[1:].split("/"))

    def of(self, claims: Mapping[str, Any]) -> Any:
        """The value, or None."""
        found: Any = claims
        for name in self.path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


@dataclass(frozen=True, slots=True)
class Reading:
    """How this clinic's tokens are read.

    `names` says which of the provider's words are which role; without any, the roles' own names count. `shown` is where
    a token says how somebody proved who they are (`amr`, RFC 8176, or `acr`), `asked_of_staff` the words there of which
    a token of staff needs one; without any, whatever the provider asked for will do. Raises ValueError where a word
    would grant what no token grants, or roles would be read where callers choose what stands.
    """

    roles: Claim = Claim("roles")
    id: Claim = Claim("sub")
    patient_id: Claim = Claim("patient_id")
    names: Mapping[str, Role] = field(default_factory=dict)
    consumer: Claim = Claim("consumer")
    shown: Claim = Claim("amr")
    asked_of_staff: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.roles.path[0] in _NOT_FOR_ROLES:
            raise ValueError(f"roles are not read from {self.roles.path[0]}")
        if not GRANTABLE.issuperset(self.names.values()):
            raise ValueError("no token grants the roles system and public")

    def actor(self, claims: Mapping[str, Any]) -> Actor:
        """The caller of a token. Raises NobodyNamed, and TooLittleShown."""
        if not _is_access_token(claims):
            raise NobodyNamed
        actor = self._granted(
            self.id.of(claims), self._words(claims), self.patient_id.of(claims), self.consumer.of(claims)
        )
        if actor.roles & OF_STAFF and not self._is_shown_enough(claims):
            raise TooLittleShown
        return actor

    def _is_shown_enough(self, claims: Mapping[str, Any]) -> bool:
        return not self.asked_of_staff or bool(self.asked_of_staff & _words_in(self.shown.of(claims)))

    def introspected(self, claims: Mapping[str, Any]) -> Actor:
        """The caller of a token the provider told us about: somebody, or, where it names no resource owner, the client
        itself in the scopes it was granted. Raises NobodyNamed.
        """
        is_machine = claims.get("sub") in {None, claims.get("client_id")} and "username" not in claims
        return self._machine(claims) if is_machine else self.actor(claims)

    def _machine(self, claims: Mapping[str, Any]) -> Actor:
        client, consumer = claims.get("client_id"), self.consumer.of(claims)
        if not isinstance(client, str) or not client or not _is_name_or_none(consumer):
            raise NobodyNamed
        scope = claims.get("scope", "")
        roles = self._named(scope.split() if isinstance(scope, str) else [])
        if Role.PATIENT in roles:
            raise NobodyNamed
        return Actor(f"{_MACHINE}{client}", roles, consumer=consumer or None)

    def _words(self, claims: Mapping[str, Any]) -> list[object]:
        found = self.roles.of(claims)
        if isinstance(found, str) and self.roles.path[-1] in _SCOPES:
            return list(found.split())
        if found is None:
            return []
        if not isinstance(found, list):
            raise NobodyNamed
        return found

    def _named(self, words: list[Any]) -> frozenset[Role]:
        """Roles this system does not know are other systems' business."""
        names = self.names or _THEMSELVES
        return frozenset(names[word] for word in words if isinstance(word, str) and word in names)

    def _granted(self, subject: object, words: list[object], patient_id: Any, consumer: Any) -> Actor:
        if not isinstance(subject, str) or not subject or _is_reserved(subject):
            raise NobodyNamed
        if not _is_name_or_none(patient_id) or not _is_name_or_none(consumer):
            raise NobodyNamed
        return Actor.granted(subject, self._named(words), patient_id or None, consumer or None)


def _is_name_or_none(said: object) -> bool:
    return said is None or isinstance(said, str)


def _words_in(said: object) -> frozenset[str]:
    """Of a list of words (`amr`), or of one (`acr`)."""
    words = said if isinstance(said, list) else [said]
    return frozenset(word for word in words if isinstance(word, str))


def _is_access_token(claims: Mapping[str, Any]) -> bool:
    """One issuer signs other things with the same keys for the same audience: who logged in, that somebody logged out.
    None of them is made to be shown to us.
    """
    return (
        not any(name in claims for name in (*_OF_ID_TOKENS, *_OF_OTHER_TOKENS))
        and str(claims.get("typ", "Bearer")).lower() in {"bearer", "jwt", "at+jwt"}  # Keycloak's way of saying so
        and claims.get("token_use", "access") == "access"  # Cognito's
    )


def _is_reserved(subject: str) -> bool:
    """A name under which the system itself, a machine, a patient with a link, or somebody unknown stands in the audit
    trail.
    """
    return subject == Actor.public().id or subject.startswith((Actor.system("").id, _MACHINE, BY_LINK))
