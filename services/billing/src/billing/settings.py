"""What billing is told from outside, beside what every service is."""

from pathlib import Path

from pydantic import model_validator

from careflow_service.settings import ServiceSettings


class BillingSettings(ServiceSettings):
    """`practice_file` says who the clinic is on paper: its names and numbers and those of its clinicians. The clinic's
    own policy and prices replace those that are shipped.
    """

    practice_file: Path | None = None
    """JSON like `billing/data/development_practice.json`, which stands in for it in development only."""
    policy_file: Path | None = None
    fee_schedules_file: Path | None = None
    service_rules_file: Path | None = None
    fonts_folder: Path | None = None
    """Fonts for scripts that the shipped ones do not have."""
    diagnosis_codes_folder: Path | None = None
    """Editions of ICD-10-CM in the form of `billing/data/diagnosis_codes`."""

    @model_validator(mode="after")
    def _a_real_practice_in_production(self) -> "BillingSettings":
        if self.practice_file is None and not self.in_development:
            raise ValueError("CAREFLOW_PRACTICE_FILE is missing")
        return self
