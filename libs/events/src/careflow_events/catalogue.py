"""Every event type CareFlow knows, and the way between an event's `data` on the wire and its contract model.

Writing is strict and seals; reading is tolerant: unknown fields are ignored, unknown codes become UNKNOWN, sections
addressed to others stay closed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import orjson
from pydantic import BaseModel, ValidationError

from careflow_events import contracts
from careflow_events.contracts.model import EventData, concrete_contracts
from careflow_events.contracts.reading import Reading
from careflow_events.contracts.sealed import Sealed, sealed_fields
from careflow_events.envelope import Envelope
from careflow_events.sealing import KeyRing, Sealer

CATALOGUE: Final[Mapping[str, type[EventData]]] = MappingProxyType(
    {
        contract.type(): contract
        for contract in concrete_contracts()
        if contract.__module__.startswith(contracts.__name__)
    }
)
"""CloudEvents type -> contract model."""


class UnknownType(Exception):
    """An event type this version does not know (a newer producer): acknowledge and count it."""

    code = "unknown_type"


class MalformedData(Exception):
    """`data` breaks its contract (poison). `fields` are the places, never the values."""

    code = "data_invalid"

    def __init__(self, contract: type[EventData], fields: tuple[str, ...]) -> None:
        super().__init__(f"{contract.type()}: {', '.join(fields)}")
        self.fields = fields


def contract_for(type: str) -> type[EventData] | None:  # noqa: A002 - the CloudEvents attribute's own name
    """The contract of a CloudEvents type, or None when this version does not know it."""
    return CATALOGUE.get(type)


def written_by(service: str) -> frozenset[type[EventData]]:
    """The contracts of this service's own topics: it says each of them, and nobody else does."""
    return frozenset(contract for contract in CATALOGUE.values() if contract.topic.service == service)


def recipients(service: str) -> frozenset[str]:
    """The consumers to whom the events of this service hold sealed sections: `Sealer.confirm` them at start-up."""
    return frozenset(
        consumer
        for contract in written_by(service)
        for field in sealed_fields(contract)
        for consumer in field.consumers
    )


def read(envelope: Envelope, keyring: KeyRing | None) -> EventData:
    """The event's data as its contract model; sections sealed to the key ring's consumer are opened.

    Raises UnknownType, MalformedData (poison), KeyMissing (waits) or SectionBroken (poison).
    """
    contract = contract_for(envelope.type)
    if contract is None:
        raise UnknownType

    def open_section(field: str, section: object, plaintext: type[BaseModel]) -> BaseModel | None:
        opened = (
            None
            if keyring is None
            else keyring.open(section, authenticated(envelope.id, envelope.type, envelope.subject, field))
        )
        return (
            None
            if opened is None
            else plaintext.model_validate_json(opened, extra="ignore", context=Reading(open_section))
        )

    try:
        return contract.model_validate_json(orjson.dumps(envelope.data), extra="ignore", context=Reading(open_section))
    except ValidationError as error:
        raise MalformedData(contract, _places(error)) from None


def write(data: EventData, *, id: str, subject: str, sealer: Sealer) -> dict[str, Any]:  # noqa: A002 - the CloudEvents attribute's own name
    """`data` as it goes on the wire: absent values left out, sections sealed.

    Raises RecipientUnknown or SectionTooLarge.
    """
    sealed = {field.name: field for field in sealed_fields(type(data))}
    wire = data.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=set(sealed))
    for name, field in sealed.items():
        section: Sealed[Any] | None = getattr(data, name)
        if section is not None:
            plaintext = orjson.dumps(section.opened().model_dump(mode="json", by_alias=True, exclude_none=True))
            wire[name] = sealer.seal(plaintext, field.consumers, authenticated(id, data.type(), subject, name))
    return wire


def authenticated(id: str, type: str, subject: str | None, field: str) -> str:  # noqa: A002 - the CloudEvents attributes' own names
    """What a sealed section is bound to: the event and the field it was made for."""
    return f"{id}|{type}|{subject or ''}|{field}"


def _places(error: ValidationError) -> tuple[str, ...]:
    return tuple(
        ".".join(str(part) for part in fault["loc"])
        for fault in error.errors(include_input=False, include_url=False, include_context=False)
    )
