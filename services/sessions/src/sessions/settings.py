"""What sessions is told from outside: no more than every service is."""

from careflow_service.settings import ServiceSettings


class SessionsSettings(ServiceSettings):
    """As `ServiceSettings`."""
