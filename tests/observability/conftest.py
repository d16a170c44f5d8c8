"""The deployments of tests/deployment, here too."""

from tests.deployment.conftest import deployment, identity, observability

__all__ = ["deployment", "identity", "observability"]
