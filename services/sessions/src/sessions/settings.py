"""What sessions is told from outside, beside what every service is."""

from pathlib import Path

from careflow_service.settings import ServiceSettings


class SessionsSettings(ServiceSettings):
    """The clinic may bring its own clinical documents."""

    clinical_content_dir: Path | None = None
    """A directory with `policy/` and `service-codes/` of the clinic's own, instead of what is shipped."""
