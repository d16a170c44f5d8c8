"""What screening answers over HTTP."""

from careflow_service.http import disclosures
from careflow_service.pages import record_shares
from careflow_service.service import Http
from screening.application.use_cases import Screening
from screening.entrypoints.http import (
    alert_routes,
    case_routes,
    clearance_routes,
    consent_routes,
    evaluation_routes,
    findings_routes,
    history_routes,
    link_routes,
    outcome_routes,
    questionnaire_routes,
    rota_routes,
    task_routes,
)
from screening.entrypoints.http.access import ACCESS
from screening.entrypoints.pages import cases, consents, my_consents, my_history, my_medicines, patient, questions

HTTP: Http[Screening] = Http(
    title="CareFlow screening",
    description="Is treatment safe, and until when: questionnaires, evidence, decisions, clearances, safety alerts.",
    routers=(
        questionnaire_routes.router,
        case_routes.router,
        case_routes.heard,
        history_routes.router,
        link_routes.router,
        evaluation_routes.router,
        findings_routes.router,
        clearance_routes.router,
        outcome_routes.router,
        consent_routes.router,
        disclosures.router,
        disclosures.waiting,
        alert_routes.router,
        rota_routes.router,
        task_routes.router,
        questions.way_in,
        questions.router,
        my_history.router,
        my_medicines.router,
        my_consents.router,
        cases.router,
        record_shares.router,
        patient.router,
        consents.router,
    ),
    access=ACCESS,
    pages="screening.entrypoints.pages",
    visitors=lambda app: app.sitting_down,
)
