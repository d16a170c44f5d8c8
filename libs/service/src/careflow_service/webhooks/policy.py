"""How webhooks are retried, given up and kept: `policy.json`, each value with its source."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib import resources

from pydantic import TypeAdapter

from careflow_domain.setting import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPolicy:
    """The shipped values; see the sources in the file."""

    retry_after_seconds: Setting[tuple[int, ...]]
    jitter: Setting[float]
    answer_within_seconds: Setting[int]
    rests_after_streams: Setting[int]
    rests_seconds: Setting[tuple[int, ...]]
    disabled_after_days: Setting[int]
    confirmed_for_days: Setting[int]
    old_secret_hours: Setting[int]
    log_kept_days: Setting[int]
    most_endpoints: Setting[int]

    def retry_after(self, attempts: int) -> timedelta:
        """How long after the failed attempt of this number, from 1, the next is made."""
        return self._spread(self.retry_after_seconds.value, attempts)

    def rest(self, rests: int) -> timedelta:
        """How long the rest of this number, from 1, lasts."""
        return self._spread(self.rests_seconds.value, rests)

    @property
    def confirmed_for(self) -> timedelta:
        """How long it counts that an account came with all the roles a webhook of its needs."""
        return timedelta(days=self.confirmed_for_days.value)

    def _spread(self, schedule: tuple[int, ...], number: int) -> timedelta:
        """What the schedule says, a little more or less, so that those who failed together do not come together."""
        seconds = schedule[min(number, len(schedule)) - 1]
        return timedelta(seconds=seconds * random.uniform(1 - self.jitter.value, 1 + self.jitter.value))  # noqa: S311


@cache
def webhook_policy() -> WebhookPolicy:
    """The policy that is shipped."""
    document = resources.files("careflow_service.webhooks") / "policy.json"
    return TypeAdapter(WebhookPolicy).validate_json(document.read_bytes(), extra="forbid")
