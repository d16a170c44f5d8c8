"""As whom a client speaks to a Kafka that asks: an account, over TLS.

Invariant: an account's password is sent only to a broker whose certificate one of the given authorities vouches for.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

Mechanism = Literal["PLAIN", "SCRAM-SHA-512"]
"""How the password is shown: as it is, or by a proof that does not give it away."""

NO_OPTIONS: Final[Mapping[str, Any]] = MappingProxyType({})
"""Of a client whose Kafka asks nobody for an account."""


@dataclass(frozen=True, slots=True)
class KafkaAccount:
    """Name and password, and a file of certificates, PEM, that vouch for the brokers. Which mechanism is the brokers'
    choice: passwords in a file of theirs go with PLAIN, passwords kept within Kafka with SCRAM.
    """

    name: str
    password: str = field(repr=False)
    authorities: Path
    mechanism: Mechanism = "PLAIN"

    def options(self) -> Mapping[str, Any]:
        """What aiokafka's clients are given beside the servers. Raises OSError when `authorities` cannot be read or
        holds no certificate.
        """
        return MappingProxyType(
            {
                "security_protocol": "SASL_SSL",
                "ssl_context": ssl.create_default_context(cafile=str(self.authorities)),
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.name,
                "sasl_plain_password": self.password,
            }
        )
