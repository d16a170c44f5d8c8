"""One example or more of every event: the path of one made-up patient. Samples and tests are made of them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from careflow_events import contracts
from careflow_events.testing.billing_examples import billing_examples
from careflow_events.testing.booking_examples import booking_examples
from careflow_events.testing.erasure_examples import erasure_examples
from careflow_events.testing.example import Example
from careflow_events.testing.record_examples import record_examples
from careflow_events.testing.screening_examples import screening_examples
from careflow_events.testing.sessions_examples import sessions_examples
from careflow_events.testing.sessions_safety_examples import sessions_safety_examples
from careflow_events.testing.treatment_examples import treatment_examples


def examples() -> Sequence[Example]:
    """Every example, of every event type."""
    return (
        *booking_examples(),
        *treatment_examples(),
        *screening_examples(),
        *sessions_examples(),
        *sessions_safety_examples(),
        *billing_examples(),
        *erasure_examples(),
        *record_examples(),
        _checkpoint(),
    )


def _checkpoint() -> Example:
    as_of = datetime(2026, 12, 2, 3, 42, 0, 0, tzinfo=UTC)
    return Example("booking", contracts.FeedCheckpoint(as_of=as_of), as_of)
