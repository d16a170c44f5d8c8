"""Who may call what. A patient sees and signs only their own, whatever else they are."""

from careflow_service.http.access import AccessTable, allow, by_object, by_path
from careflow_service.identity import Role

PRESCRIBER = Role.PRESCRIBER
CLINICIANS = (Role.PRESCRIBER, Role.THERAPIST, Role.NURSE, Role.MEDICAL_DIRECTOR)
BEDSIDE = (Role.PRESCRIBER, Role.NURSE)
CARE_TEAM = (*CLINICIANS, Role.COORDINATOR)

ACCESS: AccessTable = {
    "GET /v1/patients/{patient_id}/consents": allow(*CARE_TEAM, own=by_path("patient_id")),
    "POST /v1/patients/{patient_id}/consents": allow(*CARE_TEAM, own=by_path("patient_id")),
    "POST /v1/consents/{consent_id}/withdraw": allow(*CARE_TEAM, own=by_object("consent_id")),
    "GET /v1/patients/{patient_id}/plans": allow(*CLINICIANS, own=by_path("patient_id")),
    "POST /v1/patients/{patient_id}/plans": allow(PRESCRIBER, Role.THERAPIST),
    "GET /v1/plans/{plan_id}": allow(*CLINICIANS),
    "PUT /v1/plans/{plan_id}": allow(PRESCRIBER, Role.THERAPIST),
    "POST /v1/plans/{plan_id}/sign": allow(PRESCRIBER),
    "POST /v1/plans/{plan_id}/adjust": allow(PRESCRIBER),
    "POST /v1/plans/{plan_id}/{change}": allow(PRESCRIBER, Role.MEDICAL_DIRECTOR),
    "POST /v1/patients/{patient_id}/dose-reviews": allow(PRESCRIBER),
    "GET /v1/patients/{patient_id}/sessions": allow(*CLINICIANS),
    "GET /v1/appointments/{appointment_id}/session": allow(*CLINICIANS),
    "POST /v1/sessions": allow(*CARE_TEAM),
    "GET /v1/sessions/{session_id}": allow(*CLINICIANS),
    "GET /v1/sessions/{session_id}/gate": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/arrive": allow(*CARE_TEAM),
    "POST /v1/sessions/{session_id}/join": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/leave": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/checks": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/findings/{kind}/resolve": allow(PRESCRIBER),
    "POST /v1/sessions/{session_id}/order": allow(PRESCRIBER),
    "POST /v1/sessions/{session_id}/attest": allow(PRESCRIBER),
    "POST /v1/sessions/{session_id}/overrides": allow(PRESCRIBER),
    "POST /v1/sessions/{session_id}/clear": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/refuse": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/convert": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/start": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/doses": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/doses/end": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/vitals": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/discharge": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/complete": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/abort": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/services": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/adverse-events": allow(*CLINICIANS),
    "POST /v1/adverse-events/{event_id}/reviews": allow(PRESCRIBER),
    "GET /v1/drug-log/containers": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR, Role.AUDITOR),
    "POST /v1/drug-log/containers": allow(*BEDSIDE),
    "GET /v1/drug-log/containers/{container_id}": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR, Role.AUDITOR),
    "POST /v1/drug-log/containers/{container_id}/draws": allow(*BEDSIDE),
    "POST /v1/drug-log/containers/{container_id}/entries": allow(*BEDSIDE),
    "POST /v1/drug-log/containers/{container_id}/entries/{entry_id}/witness": allow(*CLINICIANS),
    "POST /v1/drug-log/containers/{container_id}/entries/{entry_id}/reverse": allow(*BEDSIDE),
    "POST /v1/drug-log/locations/{location_id}/days/{day}/close": allow(*BEDSIDE),
    "POST /v1/drug-log/locations/{location_id}/days/{day}/confirm": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR),
    "POST /v1/drug-log/locations/{location_id}/days/{day}/settle": allow(PRESCRIBER, Role.MEDICAL_DIRECTOR),
}
