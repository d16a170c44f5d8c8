"""What billing is told from outside, beside what every service is."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, HttpUrl, SecretStr, model_validator

from careflow_service.settings import DevelopmentOnly, ServiceSettings


class BillingSettings(ServiceSettings):
    """`practice_file` says who the clinic is on paper: its names and numbers and those of its clinicians."""

    practice_file: Path | None = None
    """JSON like `billing/data/development_practice.json`, which stands in for it in development only."""

    card_processor: Literal["stripe"] | None = None
    """Who takes cards online; without it nobody does, and everything else works."""
    stripe_secret_key: SecretStr | None = None
    """Stripe's secret or restricted key; it may read and write Checkout Sessions, write Refunds, read
    Events, Balance transactions and what these are of (Charges, Disputes, Payouts), and needs nothing else."""
    stripe_webhook_secret: SecretStr | None = None
    """What Stripe signs its webhooks with; several, separated by spaces, while one follows another."""
    stripe_account: str | None = Field(default=None, pattern=r"^acct_[A-Za-z0-9]{1,60}$")
    """Webhooks about any other connected account are passed over."""
    stripe_url: Annotated[HttpUrl | None, DevelopmentOnly()] = None
    """A stand-in for Stripe's API."""
    payment_return_url: HttpUrl | None = None
    """Where a patient is sent back to from the page for paying: the clinic's own site."""

    @model_validator(mode="after")
    def _a_processor_is_told_of_wholly(self) -> "BillingSettings":
        if self.card_processor is None:
            return self
        secrets = {"STRIPE_SECRET_KEY": self.stripe_secret_key, "STRIPE_WEBHOOK_SECRET": self.stripe_webhook_secret}
        missing = [name for name, secret in secrets.items() if secret is None or not secret.get_secret_value()]
        if self.payment_return_url is None:
            missing.append("PAYMENT_RETURN_URL")
        if missing:
            raise ValueError("; ".join(f"CAREFLOW_{name} is missing" for name in missing))
        return self

    @model_validator(mode="after")
    def _a_real_practice_in_production(self) -> "BillingSettings":
        if self.practice_file is None and not self.in_development:
            raise ValueError("CAREFLOW_PRACTICE_FILE is missing")
        return self
