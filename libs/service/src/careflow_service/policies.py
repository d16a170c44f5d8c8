"""The policy a service decides by, and who of the clinic has signed what it says.

Invariant: a signature counts for the document it was made for alone.
"""

from dataclasses import dataclass, replace
from importlib import import_module
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from careflow_domain.policy_signatures import PolicySignature, digest_of, signature_of, standing
from careflow_service.content import Content, usable
from careflow_service.typed import read


class Signed(Protocol):
    """A policy, which the clinic signs in the document itself."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def signed(self) -> tuple[PolicySignature, ...]: ...


P = TypeVar("P", bound=Signed)


def read_signed(document: Traversable | Path, described: type[P]) -> P:
    """What a policy document says; of its signatures those alone that were made for what it says now. Raises OSError,
    ValidationError, and DomainError for what nobody can sign.
    """
    policy = read(document, described)
    return replace(policy, signed=standing(policy.signed, digest_of(document.read_bytes())))


@dataclass(frozen=True, slots=True)
class Decided:
    """What a service decides by: `signature` is of what the document says now, `before` the newest one of its version,
    whatever that said.
    """

    policy: Any
    file: str
    own: bool
    digest: str
    signature: PolicySignature | None
    before: PolicySignature | None

    def told(self) -> dict[str, str | None]:
        """For who asks whether it is signed."""
        signed, before = ((each and each.on.isoformat()) for each in (self.signature, self.before))
        return {"version": self.policy.version, "file": self.file, "signed_on": signed, "signed_before": before}


def decided(service: str, own: Path | None = None) -> Decided:
    """By what is shipped, or by what the clinic has of its `own`. Raises Unusable."""
    content = import_module(f"{service}.adapters.clinic_data")
    with usable():
        documents = Content(content.SHIPPED, content.ENTRIES, own)
        policy, document = content.clinical_policy(documents), content.policy_document(documents)
        said = read(document, type(policy)).signed
    return Decided(
        policy=policy,
        file=document.name,
        own=documents.own("policy") is not None,
        digest=digest_of(document.read_bytes()),
        signature=policy.signature,
        before=signature_of(policy.version, said),
    )
