"""What sessions answers over HTTP."""

from careflow_service.http import disclosures
from careflow_service.pages import colleagues
from careflow_service.service import Http
from sessions.application.use_cases import Sessions
from sessions.entrypoints.http import (
    adverse_event_routes,
    care_routes,
    consent_routes,
    contact_routes,
    correction_routes,
    discrepancy_routes,
    dose_routes,
    drug_day_routes,
    drug_log_routes,
    gate_routes,
    inventory_routes,
    live_routes,
    medicine_routes,
    note_routes,
    outreach_routes,
    plan_routes,
    plan_task_routes,
    psychotherapy_note_routes,
    record_routes,
    rems_form_routes,
    session_routes,
    standing_order_routes,
    telehealth_routes,
)
from sessions.entrypoints.http.access import ACCESS
from sessions.entrypoints.pages import bedside, patient, plans, standing_orders, witness

HTTP: Http[Sessions] = Http(
    title="CareFlow sessions",
    description="The treatment itself: consents, plans, sessions, the dose gate, vital signs, the controlled-drug log.",
    routers=(
        consent_routes.router,
        plan_task_routes.router,
        plan_routes.router,
        care_routes.router,
        session_routes.router,
        live_routes.router,
        gate_routes.router,
        telehealth_routes.router,
        dose_routes.router,
        correction_routes.router,
        record_routes.router,
        medicine_routes.router,
        standing_order_routes.router,
        adverse_event_routes.router,
        rems_form_routes.router,
        contact_routes.router,
        outreach_routes.router,
        note_routes.router,
        psychotherapy_note_routes.router,
        disclosures.router,
        disclosures.waiting,
        drug_log_routes.router,
        drug_day_routes.router,
        discrepancy_routes.router,
        inventory_routes.router,
        bedside.router,
        witness.router,
        standing_orders.router,
        colleagues.router,
        patient.router,
        plans.router,
    ),
    access=ACCESS,
    pages="sessions.entrypoints.pages",
)
