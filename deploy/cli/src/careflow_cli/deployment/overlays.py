"""The compose files that are put together for a deployment: the base, and what it is run with."""

from enum import StrEnum
from typing import Final

BASE: Final = "docker-compose.yml"


class Overlay(StrEnum):
    """A compose file beside the base. They are put together in this order."""

    SMALL = "small"
    HA = "ha"
    DEVELOPMENT = "development"
    IDENTITY = "identity"
    STORE_TLS = "store-tls"
    OBSERVABILITY = "observability"
    KMS = "kms"
    SECURE = "secure"

    @property
    def file(self) -> str:
        """Where it is in the checkout."""
        return f"deploy/compose/{self.value}.yml"


BUNDLED: Final = {
    Overlay.SMALL: "one store for all services, for a laptop or a small clinic",
    Overlay.HA: "three brokers, and three members of each store",
    Overlay.IDENTITY: "an identity provider, for who has none",
    Overlay.STORE_TLS: "TLS between services and their stores",
    Overlay.OBSERVABILITY: "metrics, alerts, dashboards and traces",
    Overlay.SECURE: "accounts and TLS at Kafka",
}
"""What `careflow init --with` takes, and what each is."""

FROM_THE_START: Final = frozenset({Overlay.SMALL, Overlay.HA})
"""Where data lies is decided by these: a deployment that has some is taken there by hand."""

NEVER_TOGETHER: Final = (
    (Overlay.SMALL, Overlay.HA, "one store for all, or three of each"),
    (Overlay.HA, Overlay.DEVELOPMENT, "a try has one broker, which this host reaches"),
)
"""Overlays that contradict each other, and why."""
TOGETHER: Final = {
    frozenset({Overlay.HA, Overlay.SECURE}): "deploy/compose/ha-secure.yml",
    frozenset({Overlay.HA, Overlay.STORE_TLS}): "deploy/compose/ha-store-tls.yml",
}
"""A file of two overlays: what the one asks for of what only the other has. It goes behind both."""


def files(overlays: frozenset[Overlay]) -> tuple[str, ...]:
    """The compose files of a deployment, in their order."""
    own = (each.file for each in Overlay if each in overlays)
    return (BASE, *own, *(file for both, file in TOGETHER.items() if both <= overlays))


def overlays_in(compose_file: str) -> frozenset[Overlay]:
    """Those that a `COMPOSE_FILE` names."""
    named = compose_file.split(":")
    return frozenset(each for each in Overlay if each.file in named)
