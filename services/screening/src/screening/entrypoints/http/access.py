"""Who may call what. A patient sees and answers only their own: by the path, or by the use case."""

from careflow_service.http.access import AccessTable, allow
from careflow_service.identity import Role

PRESCRIBER = Role.PRESCRIBER
CLINICIANS = (Role.PRESCRIBER, Role.THERAPIST, Role.NURSE, Role.MEDICAL_DIRECTOR)
CARE_TEAM = (*CLINICIANS, Role.COORDINATOR)
PATIENT_AND_CLINICIANS = (*CLINICIANS, Role.PATIENT)
PATIENT_AND_CARE_TEAM = (*CARE_TEAM, Role.PATIENT)

ACCESS: AccessTable = {
    "GET /v1/questionnaires": allow(*PATIENT_AND_CARE_TEAM),
    "GET /v1/questionnaires/{code}": allow(*PATIENT_AND_CARE_TEAM),
    "GET /v1/patients/{patient_id}/cases": allow(*CARE_TEAM, own="patient_id"),
    "GET /v1/cases/{case_id}": allow(*PATIENT_AND_CARE_TEAM),
    "POST /v1/cases/{case_id}/responses": allow(*PATIENT_AND_CLINICIANS),
    "POST /v1/cases/{case_id}/submit": allow(*PATIENT_AND_CLINICIANS),
    "POST /v1/cases/{case_id}/close": allow(*CARE_TEAM),
    "POST /v1/cases/{case_id}/facts": allow(*PATIENT_AND_CLINICIANS),
    "POST /v1/cases/{case_id}/history": allow(*PATIENT_AND_CLINICIANS),
    "POST /v1/cases/{case_id}/facts/{fact_id}/reclassify": allow(PRESCRIBER),
    "POST /v1/cases/{case_id}/medications": allow(*PATIENT_AND_CLINICIANS),
    "POST /v1/cases/{case_id}/medications/{medication_id}/stop": allow(*PATIENT_AND_CLINICIANS),
    "POST /v1/cases/{case_id}/evidence": allow(*CLINICIANS),
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
    "GET /v1/alerts": allow(*CLINICIANS),
    "POST /v1/alerts": allow(*CARE_TEAM, Role.WELLNESS),
    "GET /v1/alerts/{alert_id}": allow(*CLINICIANS),
    "POST /v1/alerts/{alert_id}/whereabouts": allow(*PATIENT_AND_CARE_TEAM),
    "POST /v1/alerts/{alert_id}/acknowledge": allow(*CLINICIANS),
    "POST /v1/alerts/{alert_id}/close": allow(*CLINICIANS),
    "GET /v1/rota": allow(*CARE_TEAM),
    "PUT /v1/rota": allow(Role.COORDINATOR, Role.MEDICAL_DIRECTOR),
    "GET /v1/tasks": allow(*CARE_TEAM),
    "POST /v1/tasks/{task_id}/complete": allow(*CARE_TEAM),
}
