"""What booking is told from outside, beside what every service is."""

from pathlib import Path

from pydantic import Field

from careflow_service.settings import ServiceSettings


class BookingSettings(ServiceSettings):
    """`clinic_location_id` names the place in events; a new one is a new place to every consumer.
    `calendar_organizer` is the e-mail address that invitations are from; it names no speciality. The clinic's own
    policy and visit templates replace those that are shipped.
    """

    clinic_location_id: str = Field(
        default="0199e0a0-7f00-7000-8000-000000000001",
        pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    )
    calendar_organizer: str = Field(default="appointments@clinic.invalid", pattern=r"^[^@\s]+@[^@\s]+$")
    policy_file: Path | None = None
    visit_templates_file: Path | None = None
