"""The compose files that are put together for a deployment: the base, and what it is run with."""

from enum import StrEnum
from typing import Final

BASE: Final = "docker-compose.yml"


class Overlay(StrEnum):
    """A compose file beside the base. They are put together in this order."""

    DEVELOPMENT = "development"
    IDENTITY = "identity"
    OBSERVABILITY = "observability"
    SECURE = "secure"

    @property
    def file(self) -> str:
        """Where it is in the checkout."""
        return f"deploy/compose/{self.value}.yml"


BUNDLED: Final = {
    Overlay.IDENTITY: "an identity provider, for who has none",
    Overlay.OBSERVABILITY: "metrics, alerts, dashboards and traces",
    Overlay.SECURE: "accounts and TLS at Kafka",
}
"""What `careflow init --with` takes, and what each is."""


def compose_file(overlays: frozenset[Overlay]) -> str:
    """What `COMPOSE_FILE` has to say."""
    return ":".join((BASE, *(each.file for each in Overlay if each in overlays)))


def overlays_in(compose_file: str) -> frozenset[Overlay]:
    """Those that a `COMPOSE_FILE` names."""
    named = compose_file.split(":")
    return frozenset(each for each in Overlay if each.file in named)
