"""The message that an address was written in."""

from booking.domain.ids import MessageId
from careflow_domain.errors import not_found
from careflow_service.pages.links import Signed


def message_of(link: str, links: Signed) -> MessageId:
    """Raises `message_not_found` for what was made up."""
    named = links.read(link)
    if named is None:
        raise not_found("message")
    return MessageId(named)
