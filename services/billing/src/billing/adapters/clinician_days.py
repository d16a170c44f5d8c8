"""Clinicians' days in MongoDB. They belong to no patient: each is guarded by itself, so that no minute is given twice.
Plain, for they hold ids and times only.
"""

from typing import Final

from billing.domain.clinician_days import ClinicianDay
from careflow_domain.errors import not_found
from careflow_service.mongo.client import Database
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.stored import Stored

CLINICIAN_DAYS: Final = "clinician_days"


class MongoClinicianDays(Stored[ClinicianDay]):
    """See `billing.application.ports.ClinicianDays`."""

    def __init__(self, database: Database) -> None:
        super().__init__(Documents(database, CLINICIAN_DAYS, ClinicianDay), lambda: not_found("clinician_day"))
