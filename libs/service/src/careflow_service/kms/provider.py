"""Which KMS, which of its keys, and as whom it is asked.

Invariant: credentials come from a file or from the workload's own role, are read again each time they are needed, and
are never shown.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from careflow_service.kms.workload import WORKLOAD, of_workload

FILE: Final = "CAREFLOW_KMS_FILE"
PROVIDERS: Final = ("aws", "azure", "gcp", "kmip")
"""As libmongocrypt names them."""


class KmsFailure(Exception):
    """Nothing was opened or sealed; the message is one line for an operator and shows no value."""


class KmsBroken(KmsFailure):
    """What is told of the KMS cannot be used."""


@dataclass(frozen=True, slots=True)
class Kms:
    """`key` names the key in the words of libmongocrypt's provider: for aws `region`, `key` (its ARN) and, where it is
    not Amazon's own, `endpoint`. `authorities` (PEM) vouch for it in place of the system's; `certificate` (PEM, with
    its key) is the service's own, for a KMS that asks who connects.
    """

    provider: str
    key: Mapping[str, Any]
    credentials: Mapping[str, Any] | str = field(repr=False)
    tls: ssl.SSLContext = field(repr=False)

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> Kms:
        """The one that the variables of a process name. Raises KmsBroken."""
        named = variables.get(FILE)
        if not named:
            raise KmsBroken(f"it is sealed by a KMS, and {FILE} is missing")
        try:
            told = json.loads(Path(named).read_bytes())
            provider, key, credentials = told["provider"], told["key"], told.get("credentials", WORKLOAD)
        except OSError as error:
            raise KmsBroken(f"{FILE} cannot be read ({error.strerror})") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KmsBroken(f'{FILE} is not an object with "provider", "key" and "credentials"') from None
        if provider not in PROVIDERS:
            raise KmsBroken(f"{FILE}: the provider is one of {', '.join(PROVIDERS)}")
        if not isinstance(key, dict) or not (isinstance(credentials, dict) or credentials == WORKLOAD):
            raise KmsBroken(f'{FILE}: "key" is an object; "credentials" is one, or "{WORKLOAD}"')
        return cls(provider, key, credentials, _tls(told.get("authorities"), told.get("certificate")))

    def asked_as(self) -> Mapping[str, Any]:
        """The credentials, as libmongocrypt takes them. Raises KmsFailure."""
        if isinstance(self.credentials, str):
            try:
                return of_workload(self.provider)
            except OSError as error:
                raise KmsFailure(f"this workload has no role the key service could be asked in ({error})") from None
        return self.credentials


def _tls(authorities: str | None, certificate: str | None) -> ssl.SSLContext:
    part = "authorities"
    try:
        context = ssl.create_default_context(cadata=authorities)
        if certificate:
            part = "certificate"
            with NamedTemporaryFile("w", encoding="ascii") as file:  # OpenSSL takes it from nowhere else
                file.write(certificate)
                file.flush()
                context.load_cert_chain(file.name)
    except (ssl.SSLError, ValueError, TypeError):
        raise KmsBroken(f'{FILE}: "{part}" is not what stands in a PEM file') from None
    return context
