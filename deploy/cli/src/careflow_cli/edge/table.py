"""What is let out, to whom, and within which limits: the same as in deploy/edge/nginx.conf, as a test sees to."""

from collections.abc import Sequence
from typing import Final

LET_OUT: Final = ("/v1/.*", "/pages/.*")
"""Paths within a service."""
BODY_LIMIT: Final = 256 * 1024  # bytes
BODY_WITHIN: Final = 20.0  # seconds
CONNECT_WITHIN: Final = 3.0  # seconds
ANSWER_WITHIN: Final = 30.0  # seconds without a byte
SEND_WITHIN: Final = 20.0  # seconds

TITLES: Final = {
    404: ("not_found", "There is no such thing."),
    408: ("body_too_slow", "The body did not arrive in time."),
    413: ("body_too_large", "The body is larger than this service accepts."),
    503: ("unavailable", "The service cannot answer right now."),
}
"""What the edge itself refuses, in its own code and words."""


def locations(services: Sequence[str]) -> list[str]:
    """A pattern for each kind of path: the service, and the path within it."""
    return [rf"^/(?P<service>{'|'.join(services)})(?P<path>{path})$" for path in LET_OUT]
