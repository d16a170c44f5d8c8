"""A provider that is told what `careflow init` makes."""

from pathlib import Path

import pytest

from careflow_cli.deployment import identity_provider
from careflow_cli.stack.secrets import Secrets


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    """As the compose file gives it, with the secrets `careflow init` makes."""
    folder = tmp_path / "secrets"
    identity_provider.make(Secrets(folder))
    secret, services_secret, keys = (str(folder / name) for name in identity_provider.FILES)
    return {
        "IDENTITY_HOST": "login.careflow.example.org",
        "IDENTITY_CLINIC_HOST": "careflow.example.org",
        "IDENTITY_DATA": str(tmp_path / "data"),
        "IDENTITY_SECRET_FILE": secret,
        "IDENTITY_SERVICES_SECRET_FILE": services_secret,
        "IDENTITY_KEYS_FILE": keys,
    }
