"""Who may call what. A patient sees and answers only their own, whatever else they are."""

from careflow_service.http.access import AccessTable, allow, by_caller, by_object, by_path, public
from careflow_service.identity import Role

PRESCRIBER = Role.PRESCRIBER
CLINICIANS = (Role.PRESCRIBER, Role.THERAPIST, Role.NURSE, Role.MEDICAL_DIRECTOR)
CARE_TEAM = (*CLINICIANS, Role.COORDINATOR)
OWN_CASE = by_object("case_id")
OWN_QUESTIONS = allow(own=by_object("request_id"))

ACCESS: AccessTable = {
    "GET /v1/questionnaires": allow(*CARE_TEAM, Role.PATIENT, impersonal=True),
    "GET /v1/questionnaires/{code}": allow(*CARE_TEAM, Role.PATIENT, impersonal=True),
    "GET /v1/patients/{patient_id}/cases": allow(*CARE_TEAM, own=by_path("patient_id")),
    "GET /v1/cases/{case_id}": allow(*CARE_TEAM, own=OWN_CASE),
    "POST /v1/cases/{case_id}/responses": allow(*CLINICIANS, own=OWN_CASE),
    "POST /v1/cases/{case_id}/submit": allow(*CLINICIANS, own=OWN_CASE),
    "POST /v1/cases/{case_id}/close": allow(*CARE_TEAM),
    "PUT /v1/cases/{case_id}/indications": allow(*CLINICIANS),
    "POST /v1/cases/{case_id}/facts": allow(*CLINICIANS, own=OWN_CASE),
    "POST /v1/cases/{case_id}/history": allow(*CLINICIANS, own=OWN_CASE),
    "POST /v1/cases/{case_id}/facts/{fact_id}/reclassify": allow(PRESCRIBER),
    "POST /v1/cases/{case_id}/medications": allow(*CLINICIANS, own=OWN_CASE),
    "POST /v1/cases/{case_id}/medications/{medication_id}/stop": allow(*CLINICIANS, own=OWN_CASE),
    "POST /v1/cases/{case_id}/medications/{medication_id}/identify": allow(*CLINICIANS),
    "POST /v1/cases/{case_id}/evidence": allow(*CLINICIANS),
    "POST /v1/cases/{case_id}/trials": allow(*CLINICIANS),
    "POST /v1/cases/{case_id}/trials/{trial_id}/void": allow(*CLINICIANS),
    "POST /v1/cases/{case_id}/medications/{medication_id}/void": allow(PRESCRIBER),
    "POST /v1/cases/{case_id}/evidence/{evidence_id}/void": allow(*CLINICIANS),
    "GET /v1/cases/{case_id}/findings": allow(*CLINICIANS),
    "POST /v1/cases/{case_id}/evaluations": allow(PRESCRIBER, Role.THERAPIST),
    "POST /v1/cases/{case_id}/diagnoses": allow(PRESCRIBER),
    "POST /v1/cases/{case_id}/decisions/grant": allow(PRESCRIBER),
    "POST /v1/cases/{case_id}/decisions/defer": allow(PRESCRIBER),
    "POST /v1/cases/{case_id}/decisions/deny": allow(PRESCRIBER),
    "GET /v1/clearances/{clearance_id}": allow(*CLINICIANS),
    "POST /v1/clearances/{clearance_id}/extend": allow(PRESCRIBER),
    "POST /v1/clearances/{clearance_id}/suspend": allow(PRESCRIBER, Role.MEDICAL_DIRECTOR),
    "POST /v1/clearances/{clearance_id}/reinstate": allow(PRESCRIBER),
    "POST /v1/clearances/{clearance_id}/revoke": allow(PRESCRIBER),
    "GET /v1/outcomes/{patient_id}": allow(*CLINICIANS, own=by_path("patient_id")),
    "GET /v1/alerts": allow(*CLINICIANS),
    "POST /v1/alerts": allow(*CARE_TEAM, Role.WELLNESS),
    "GET /v1/alerts/{alert_id}": allow(*CLINICIANS),
    "POST /v1/alerts/{alert_id}/whereabouts": allow(*CARE_TEAM, own=by_object("alert_id")),
    "POST /v1/alerts/{alert_id}/acknowledge": allow(*CLINICIANS),
    "POST /v1/alerts/{alert_id}/contact": allow(*CLINICIANS),
    "POST /v1/alerts/{alert_id}/close": allow(*CLINICIANS),
    "GET /v1/rota": allow(*CARE_TEAM, impersonal=True),
    "PUT /v1/rota": allow(Role.COORDINATOR, Role.MEDICAL_DIRECTOR),
    "GET /v1/rota/test-pages": allow(*CARE_TEAM, impersonal=True),
    "POST /v1/rota/test-pages": allow(*CLINICIANS, impersonal=True),
    "POST /v1/rota/test-pages/{page_id}/confirm": allow(*CLINICIANS, impersonal=True),
    "GET /v1/tasks": allow(*CARE_TEAM),
    "POST /v1/tasks/{task_id}/complete": allow(*CARE_TEAM),
    "POST /v1/cases/{case_id}/links": allow(*CARE_TEAM),
    "GET /pages/questions/{token}": public(rate="60/minute"),
    "POST /pages/questions/{token}": public(rate="10/minute"),
    "GET /pages/questions": allow(own=by_caller()),
    "GET /pages/questions/asked/{request_id}": OWN_QUESTIONS,
    "POST /pages/questions/asked/{request_id}": OWN_QUESTIONS,
    "GET /pages/questions/asked/{request_id}/check": OWN_QUESTIONS,
    "POST /pages/questions/asked/{request_id}/send": OWN_QUESTIONS,
    "POST /pages/questions/help/{alert_id}": allow(own=by_object("alert_id")),
}
