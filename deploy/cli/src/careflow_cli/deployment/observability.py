"""What watching a deployment needs: the administrator's password of Grafana, and the file that says who is told."""

import secrets
from pathlib import Path
from typing import Final

from careflow_cli.stack.secrets import Secrets

FILES: Final = ("grafana-admin.password", "alertmanager.yml")
EXAMPLE: Final = "deploy/observability/alertmanager.yml"
PASSWORD_BYTES: Final = 32


def make(kept: Secrets, checkout: Path) -> None:
    """The second is the operator's to change: it may hold passwords of whoever carries alerts."""
    kept.keep(FILES[0], lambda: secrets.token_urlsafe(PASSWORD_BYTES).encode())
    kept.keep(FILES[1], (checkout / EXAMPLE).read_bytes)
