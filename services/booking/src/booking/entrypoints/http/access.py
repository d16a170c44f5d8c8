"""Who may call what. A patient sees and books only their own: by the path here, or by the use case where it is in the
body.
"""

from careflow_service.http.access import AccessTable, allow, by_body, by_object, by_path, by_query, public
from careflow_service.identity import Role

MANAGERS = (Role.COORDINATOR, Role.MEDICAL_DIRECTOR)
CLINICIANS = (Role.PRESCRIBER, Role.THERAPIST, Role.NURSE)
CARE_TEAM = (*MANAGERS, *CLINICIANS)
EVERYBODY_WITH_VISITS = (*CARE_TEAM, Role.WELLNESS)
OWN_VISIT = by_object("appointment_id")

ACCESS: AccessTable = {
    "POST /v1/patients": allow(*MANAGERS),
    "POST /v1/patients/search": allow(*MANAGERS),
    "GET /v1/patients/look-alikes": allow(*MANAGERS),
    "GET /v1/patients/{patient_id}": allow(*CARE_TEAM, own=by_path("patient_id")),
    "PUT /v1/patients/{patient_id}": allow(*MANAGERS, own=by_path("patient_id")),
    "POST /v1/patients/{patient_id}/merge": allow(*MANAGERS),
    "POST /v1/patients/{patient_id}/unmerge": allow(*MANAGERS),
    "GET /v1/care-paths/{patient_id}": allow(*CARE_TEAM, own=by_path("patient_id")),
    "POST /v1/practitioners": allow(*MANAGERS),
    "GET /v1/practitioners": allow(*CARE_TEAM, impersonal=True),
    "GET /v1/practitioners/{practitioner_id}": allow(*CARE_TEAM, impersonal=True),
    "PUT /v1/practitioners/{practitioner_id}": allow(*MANAGERS),
    "PUT /v1/practitioners/{practitioner_id}/hours": allow(*MANAGERS),
    "PUT /v1/practitioners/{practitioner_id}/exceptions/{day}": allow(*MANAGERS),
    "DELETE /v1/practitioners/{practitioner_id}/exceptions/{day}": allow(*MANAGERS),
    "POST /v1/practitioners/{practitioner_id}/calendar-feed": allow(*EVERYBODY_WITH_VISITS),
    "DELETE /v1/practitioners/{practitioner_id}/calendar-feed": allow(*EVERYBODY_WITH_VISITS),
    "POST /v1/practitioners/{practitioner_id}/absence": allow(*MANAGERS),
    "GET /v1/practitioners/{practitioner_id}/absence": allow(*CARE_TEAM),
    "POST /v1/rooms": allow(*MANAGERS),
    "GET /v1/rooms": allow(*CARE_TEAM, impersonal=True),
    "GET /v1/rooms/{room_id}": allow(*CARE_TEAM, impersonal=True),
    "PUT /v1/rooms/{room_id}": allow(*MANAGERS),
    "PUT /v1/rooms/{room_id}/hours": allow(*MANAGERS),
    "PUT /v1/rooms/{room_id}/exceptions/{day}": allow(*MANAGERS),
    "DELETE /v1/rooms/{room_id}/exceptions/{day}": allow(*MANAGERS),
    "POST /v1/rooms/{room_id}/absence": allow(*MANAGERS),
    "GET /v1/rooms/{room_id}/absence": allow(*CARE_TEAM),
    "GET /v1/availability": allow(*CARE_TEAM, own=by_query("patient_id", optional=True), impersonal=True),
    "POST /v1/appointments/holds": allow(*CARE_TEAM, own=by_body("patient_id")),
    "POST /v1/appointments": allow(*CARE_TEAM, own=by_body("patient_id")),
    "POST /v1/appointments/series": allow(*CARE_TEAM, own=by_body("plan_id")),
    "GET /v1/appointments": allow(*EVERYBODY_WITH_VISITS, own=by_query("patient_id")),
    "GET /v1/appointments/unfit": allow(*CARE_TEAM),
    "GET /v1/appointments/{appointment_id}": allow(*EVERYBODY_WITH_VISITS, own=OWN_VISIT),
    "GET /v1/appointments/{appointment_id}/invitation": allow(*CARE_TEAM, own=OWN_VISIT),
    "POST /v1/appointments/{appointment_id}/book": allow(*CARE_TEAM, own=OWN_VISIT),
    "POST /v1/appointments/{appointment_id}/release": allow(*CARE_TEAM, own=OWN_VISIT),
    "POST /v1/appointments/{appointment_id}/reschedule": allow(*CARE_TEAM, own=OWN_VISIT),
    "POST /v1/appointments/{appointment_id}/reassign": allow(*CARE_TEAM),
    "POST /v1/appointments/{appointment_id}/cancel": allow(*CARE_TEAM, own=OWN_VISIT),
    "POST /v1/appointments/{appointment_id}/arrive": allow(*CARE_TEAM),
    "POST /v1/appointments/{appointment_id}/complete": allow(*CARE_TEAM),
    "POST /v1/appointments/{appointment_id}/missed": allow(*CARE_TEAM),
    "POST /v1/appointments/{appointment_id}/correct": allow(*CARE_TEAM),
    "GET /v1/tasks": allow(*CARE_TEAM),
    "POST /v1/waitlist": allow(*CARE_TEAM, own=by_body("patient_id")),
    "GET /v1/waitlist": allow(*CARE_TEAM, own=by_query("patient_id")),
    "POST /v1/waitlist/{entry_id}/leave": allow(*CARE_TEAM, own=by_object("entry_id")),
    "POST /v1/waitlist/{entry_id}/called": allow(*CARE_TEAM),
    "GET /v1/public/calendars/{secret}.ics": public(rate="60/minute"),
    "GET /v1/public/info-calls/availability": public(rate="60/minute"),
    "POST /v1/public/info-calls": public(rate="10/minute"),
    "GET /pages/free-call": public(rate="60/minute"),
    "GET /pages/free-call/times": public(rate="60/minute"),
    "GET /pages/free-call/details": public(rate="60/minute"),
    "POST /pages/free-call/edit": public(rate="10/minute"),
    "POST /pages/free-call/check": public(rate="10/minute"),
    "POST /pages/free-call/book": public(rate="10/minute"),
}
