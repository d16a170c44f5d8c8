"""Every way the library itself refuses a request: a stable code, its HTTP status and one English sentence.

Problems are RFC 9457 documents with a `code` clients may branch on; the services' own refusals (`DomainError`) join
them when rendered. Invariant: neither a code, a title nor a detail is ever built from what a client sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of refusal; `title` is the same for every occurrence."""

    code: str
    status: int
    title: str


MALFORMED_JSON = ProblemType("malformed_json", 400, "The body is not valid JSON.")
MALFORMED_HEADER = ProblemType("malformed_header", 400, "A request header has a form this service does not understand.")
IDEMPOTENCY_KEY_MISSING = ProblemType("idempotency_key_missing", 400, "This request needs an Idempotency-Key header.")
UNAUTHENTICATED = ProblemType("unauthenticated", 401, "A valid bearer token is needed.")
TOKEN_EXPIRED = ProblemType("token_expired", 401, "The bearer token has expired.")
LOGIN_NEEDED = ProblemType("login_needed", 401, "Somebody of the clinic must log in to see that page.")
FORBIDDEN = ProblemType("forbidden", 403, "This caller may not do that.")
EMERGENCY_ACCESS_OVER = ProblemType(
    "emergency_access_over", 403, "This emergency access is over, or somebody else's; open one of your own."
)
NOT_FOUND = ProblemType("not_found", 404, "There is no such thing.")
METHOD_NOT_ALLOWED = ProblemType("method_not_allowed", 405, "This address does not answer that method.")
BODY_TOO_SLOW = ProblemType("body_too_slow", 408, "The body did not arrive in time.")
IN_PROGRESS = ProblemType("in_progress", 409, "The same request is being worked on; ask again shortly.")
NOT_YET_KNOWN = ProblemType("not_yet_known", 409, "This service has not yet heard what the request builds on.")
STALE_VERSION = ProblemType("stale_version", 412, "Someone else changed it meanwhile; read it again.")
BODY_TOO_LARGE = ProblemType("body_too_large", 413, "The body is larger than this service accepts.")
EVENT_TOO_LARGE = ProblemType(
    "event_too_large", 413, "What would have to be published is too large; nothing was changed."
)
UNSUPPORTED_MEDIA_TYPE = ProblemType("unsupported_media_type", 415, "The body must be application/json.")
INVALID_REQUEST = ProblemType("invalid_request", 422, "The request does not have the form this address expects.")
IDEMPOTENCY_KEY_REUSED = ProblemType(
    "idempotency_key_reused", 422, "This Idempotency-Key was used with a different request."
)
PRECONDITION_REQUIRED = ProblemType("precondition_required", 428, "This request needs an If-Match header.")
RATE_LIMITED = ProblemType("rate_limited", 429, "Too many requests; slow down.")
INTERNAL = ProblemType("internal", 500, "Something went wrong on our side.")
UNAVAILABLE = ProblemType("unavailable", 503, "The service cannot answer right now.")
FENCED = ProblemType("fenced", 503, "This service is being restored; it can be read but not changed.")

LIBRARY_PROBLEMS: tuple[ProblemType, ...] = (
    MALFORMED_JSON,
    MALFORMED_HEADER,
    IDEMPOTENCY_KEY_MISSING,
    UNAUTHENTICATED,
    TOKEN_EXPIRED,
    LOGIN_NEEDED,
    FORBIDDEN,
    EMERGENCY_ACCESS_OVER,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    BODY_TOO_SLOW,
    IN_PROGRESS,
    NOT_YET_KNOWN,
    STALE_VERSION,
    BODY_TOO_LARGE,
    EVENT_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INVALID_REQUEST,
    IDEMPOTENCY_KEY_REUSED,
    PRECONDITION_REQUIRED,
    RATE_LIMITED,
    INTERNAL,
    UNAVAILABLE,
    FENCED,
)


class Problem(Exception):
    """A request ends here with this problem.

    `extra` members are added to the document, `headers` to the response. Neither may carry what the client sent.
    """

    def __init__(
        self,
        kind: ProblemType,
        detail: str | None = None,
        *,
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(kind.code)
        self.kind = kind
        self.detail = detail
        self.extra: Mapping[str, object] = extra or {}
        self.headers: Mapping[str, str] = headers or {}

    def document(self, instance: str) -> dict[str, object]:
        """The RFC 9457 members. `instance` names this occurrence: an opaque reference, never an address or input."""
        members: dict[str, object] = {
            "type": f"careflow:problems/{self.kind.code}",
            "title": self.kind.title,
            "status": self.kind.status,
            "code": self.kind.code,
            "instance": instance,
        }
        if self.detail is not None:
            members["detail"] = self.detail
        return {**self.extra, **members}
