"""A patient's page: one frame in every service, with that service's part in it and a place for each of the others'.

Invariant: a service shows what it knows itself and nothing else; the other parts are fetched by the reader's browser,
as the reader would by the link, and are let in there by the rows of that service.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response

from careflow_events.topics import SERVICES
from careflow_service.oversight import current_oversight
from careflow_service.pages.site import Script, Site

PARTS: Final = SERVICES
"""Who knows something of a patient, in the order it stands on the page: the services, as the edge names them."""


def show_patient(
    request: Request, pages: Site, patient_id: str, *, service: str, as_of: datetime, **what: Any
) -> Response:
    """The page of this patient with the part of this service, which its template `patient_part.html` makes of `what`.
    A template of that name extends `patient.html`.
    """
    return pages.show(
        request.scope,
        "patient_part.html",
        runs=(Script.PARTS,),
        parts=PARTS,
        service=service,
        patient_id=patient_id,
        as_of=as_of,
        emergency=_emergency(as_of),
        zone=pages.zone,
        **what,
    )


@dataclass(frozen=True, slots=True)
class _Open:
    """An emergency access that this reading is under."""

    ends_at: datetime
    minutes: int


def _emergency(now: datetime) -> _Open | None:
    call = current_oversight()
    if call is None or call.in_emergency is None:
        return None
    ends_at = call.in_emergency.ends_at
    return _Open(ends_at, -(-(ends_at - now) // timedelta(minutes=1)))
