"""How people write an instant: `2026-12-24T09:00:00Z`. Invariant: one without a zone is UTC."""

from datetime import UTC, datetime

from careflow_cli.errors import CareflowError


def parse(text: str) -> datetime:
    """The instant. Raises CareflowError for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CareflowError(f"{text!r} is no instant: write 2026-12-24T09:00:00Z") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
