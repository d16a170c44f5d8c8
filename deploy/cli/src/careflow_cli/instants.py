"""How people write an instant: `2026-12-24T09:00:00Z`. Invariant: what is read is in UTC; without a zone it is UTC."""

from datetime import UTC, datetime

from careflow_cli.errors import CareflowError


def parse(text: str) -> datetime:
    """The instant. Raises CareflowError for anything else."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise CareflowError(f"{text!r} is no instant: write 2026-12-24T09:00:00Z") from error
