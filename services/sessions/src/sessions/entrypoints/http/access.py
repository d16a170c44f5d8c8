"""Who may call what. A patient sees and signs only their own, whatever else they are; a form of the bedside is sent by
whom the API lets do the same and who may read the session it is about.
"""

from typing import Final

from careflow_service.http.access import (
    AccessTable,
    allow,
    by_caller,
    by_object,
    by_path,
    colleagues_of,
    public,
    record_share_pages,
)
from careflow_service.identity import Role

PRESCRIBER = Role.PRESCRIBER
CLINICIANS = (Role.PRESCRIBER, Role.THERAPIST, Role.NURSE, Role.MEDICAL_DIRECTOR)
BEDSIDE = (Role.PRESCRIBER, Role.NURSE)
THERAPISTS = (Role.THERAPIST, Role.PRESCRIBER)
"""Who may keep psychotherapy notes: a mental health professional; each reads their own alone."""
CARE_TEAM = (*CLINICIANS, Role.COORDINATOR)
DISCLOSERS = (Role.PRESCRIBER, Role.MEDICAL_DIRECTOR, Role.THERAPIST)
"""Who hands out records: a therapist their psychotherapy notes alone, as the use case sees to."""
EMERGENCY = (Role.COORDINATOR, Role.WELLNESS)
"""Whom an emergency access lets read what was given and what went wrong; no notes, and psychotherapy notes never."""

API: AccessTable = {
    "GET /v1/consent-texts": allow(*CARE_TEAM, Role.PATIENT, impersonal=True),
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
    "GET /v1/plans-ending": allow(*CLINICIANS),
    "GET /v1/plan-tasks": allow(*CLINICIANS),
    "GET /v1/patients/{patient_id}/plan-tasks": allow(*CLINICIANS, own=by_path("patient_id")),
    "POST /v1/patients/{patient_id}/plan-links": allow(*CLINICIANS),
    "POST /v1/patients/{patient_id}/plan-links/send": allow(*CARE_TEAM),
    "POST /v1/patients/{patient_id}/plan-links/{link_id}/withdraw": allow(*CLINICIANS),
    "POST /v1/plans/{plan_id}/tasks": allow(*CLINICIANS),
    "POST /v1/plan-tasks/{task_id}/sign": allow(PRESCRIBER),
    "POST /v1/plan-tasks/{task_id}/end": allow(*CLINICIANS, own=by_object("task_id")),
    "POST /v1/plan-tasks/{task_id}/undo": allow(own=by_object("task_id")),
    "POST /v1/plan-tasks/{task_id}/sample": allow(*CLINICIANS),
    "POST /v1/plan-tasks/{task_id}/results": allow(*CLINICIANS),
    "POST /v1/plan-tasks/{task_id}/review": allow(PRESCRIBER),
    "GET /v1/patients/{patient_id}/care": allow(*CLINICIANS),
    "POST /v1/patients/{patient_id}/care/discharges": allow(PRESCRIBER, Role.MEDICAL_DIRECTOR),
    "POST /v1/patients/{patient_id}/dose-reviews": allow(PRESCRIBER),
    "GET /v1/patients/{patient_id}/sessions": allow(*CLINICIANS, emergency=EMERGENCY),
    "GET /v1/appointments/{appointment_id}/session": allow(*CLINICIANS),
    "POST /v1/sessions": allow(*CARE_TEAM),
    "GET /v1/sessions/{session_id}": allow(*CLINICIANS, emergency=EMERGENCY),
    "GET /v1/sessions/{session_id}/live": allow(*CLINICIANS),
    "GET /v1/sessions/{session_id}/record": allow(*CLINICIANS),
    "GET /v1/sessions/{session_id}/services": allow(*CLINICIANS, Role.BILLER),
    "GET /v1/patients/{patient_id}/findings": allow(*CLINICIANS),
    "GET /v1/sessions/{session_id}/gate": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/arrive": allow(*CARE_TEAM),
    "POST /v1/sessions/{session_id}/join": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/leave": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/checks": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/checks/corrections": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/findings/{kind}/resolve": allow(PRESCRIBER),
    "POST /v1/sessions/{session_id}/order": allow(PRESCRIBER),
    "POST /v1/sessions/{session_id}/attest": allow(PRESCRIBER),
    "POST /v1/sessions/{session_id}/overrides": allow(PRESCRIBER),
    "POST /v1/sessions/{session_id}/clear": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/refuse": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/convert": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/verifications": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/how-held": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/coordination-call": allow(*BEDSIDE, Role.THERAPIST),
    "GET /v1/sessions/{session_id}/telehealth": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/start": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/doses": allow(*BEDSIDE),
    "GET /v1/doses-outside-gate": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/doses/outside-gate": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/doses/outside-gate/{dose_id}/reviews": allow(PRESCRIBER, Role.MEDICAL_DIRECTOR),
    "POST /v1/sessions/{session_id}/doses/pump": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/doses/end": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/doses/corrections": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/vitals": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/vitals/corrections": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/leaving/corrections": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/discharge": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/complete": allow(*BEDSIDE, Role.THERAPIST),
    "GET /v1/therapy-otherwise": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/therapy-otherwise": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/therapy-otherwise/{therapy_id}/reviews": allow(PRESCRIBER, Role.MEDICAL_DIRECTOR),
    "POST /v1/sessions/{session_id}/abort": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/return": allow(*BEDSIDE, Role.THERAPIST),
    "POST /v1/sessions/{session_id}/services": allow(*BEDSIDE, Role.THERAPIST),
    "GET /v1/locations/{location_id}/standing-orders": allow(*CLINICIANS),
    "POST /v1/locations/{location_id}/standing-orders": allow(PRESCRIBER),
    "POST /v1/standing-orders/{order_id}/revoke": allow(PRESCRIBER),
    "GET /v1/verbal-orders": allow(*CLINICIANS),
    "GET /v1/sessions/{session_id}/medicines": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/medicine-orders": allow(PRESCRIBER),
    "POST /v1/sessions/{session_id}/verbal-orders": allow(Role.NURSE),
    "POST /v1/sessions/{session_id}/verbal-orders/{order_id}/answer": allow(PRESCRIBER),
    "POST /v1/sessions/{session_id}/verbal-orders/{order_id}/corrections": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/medicines": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/medicines/not-given": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/medicines/effects": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/medicines/corrections": allow(*BEDSIDE),
    "GET /v1/medicines-outside-order": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/medicines/outside-order": allow(*BEDSIDE),
    "POST /v1/sessions/{session_id}/medicines/outside-order/{administration_id}/reviews": allow(
        PRESCRIBER, Role.MEDICAL_DIRECTOR
    ),
    "GET /v1/patients/{patient_id}/adverse-events": allow(*CLINICIANS, emergency=EMERGENCY),
    "GET /v1/adverse-events/{event_id}": allow(*CLINICIANS, emergency=EMERGENCY),
    "POST /v1/adverse-events": allow(*CLINICIANS),
    "POST /v1/adverse-events/{event_id}/grade": allow(*CLINICIANS),
    "POST /v1/adverse-events/{event_id}/reviews": allow(PRESCRIBER),
    "GET /v1/follow-up-contacts": allow(*CLINICIANS),
    "GET /v1/patients/{patient_id}/follow-up-contacts": allow(*CLINICIANS),
    "POST /v1/follow-up-contacts/{contact_id}/attempts": allow(*CLINICIANS),
    "GET /v1/outreaches": allow(*CARE_TEAM),
    "GET /v1/patients/{patient_id}/outreaches": allow(*CARE_TEAM),
    "POST /v1/outreaches/{outreach_id}/attempts": allow(*CARE_TEAM),
    "POST /v1/outreaches/{outreach_id}/decision": allow(PRESCRIBER, Role.MEDICAL_DIRECTOR),
    "GET /v1/rems-forms": allow(*CLINICIANS),
    "GET /v1/patients/{patient_id}/rems-forms": allow(*CLINICIANS),
    "GET /v1/sessions/{session_id}/rems-form": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/rems-form/submit": allow(*BEDSIDE),
    "GET /v1/patients/{patient_id}/notes": allow(*CLINICIANS),
    "GET /v1/sessions/{session_id}/notes": allow(*CLINICIANS),
    "POST /v1/sessions/{session_id}/notes": allow(*CLINICIANS),
    "GET /v1/unsigned-notes": allow(*CLINICIANS),
    "GET /v1/notes/{note_id}": allow(*CLINICIANS),
    "PUT /v1/notes/{note_id}": allow(*CLINICIANS),
    "POST /v1/notes/{note_id}/sign": allow(*CLINICIANS),
    "POST /v1/notes/{note_id}/addenda": allow(*CLINICIANS),
    "GET /v1/sessions/{session_id}/psychotherapy-notes": allow(*THERAPISTS),
    "POST /v1/sessions/{session_id}/psychotherapy-notes": allow(*THERAPISTS),
    "GET /v1/psychotherapy-notes/{note_id}": allow(*THERAPISTS),
    "POST /v1/psychotherapy-notes/{note_id}/passages": allow(*THERAPISTS),
    "POST /v1/patients/{patient_id}/disclosures": allow(*DISCLOSERS),
    "GET /v1/patients/{patient_id}/disclosures": allow(*DISCLOSERS, own=by_path("patient_id")),
    "GET /v1/record-shares": allow(*DISCLOSERS),
    "GET /v1/disclosures/{disclosure_id}/record": allow(*DISCLOSERS),
    "GET /v1/patients/{patient_id}/packages": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR),
    "GET /v1/drug-log/containers": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR, Role.AUDITOR),
    "POST /v1/drug-log/containers": allow(*BEDSIDE),
    "GET /v1/drug-log/containers/{container_id}": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR, Role.AUDITOR),
    "POST /v1/drug-log/containers/{container_id}/draws": allow(*BEDSIDE),
    "POST /v1/drug-log/containers/{container_id}/entries": allow(*BEDSIDE),
    "POST /v1/drug-log/containers/{container_id}/hand-outs": allow(PRESCRIBER),
    "POST /v1/drug-log/containers/{container_id}/entries/{entry_id}/witness": allow(*CLINICIANS),
    "POST /v1/drug-log/containers/{container_id}/entries/{entry_id}/reverse": allow(*BEDSIDE),
    "GET /v1/drug-log/locations/{location_id}/days": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR, Role.AUDITOR),
    "GET /v1/drug-log/locations/{location_id}/days/{day}": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR, Role.AUDITOR),
    "POST /v1/drug-log/locations/{location_id}/days/{day}/close": allow(*BEDSIDE),
    "POST /v1/drug-log/locations/{location_id}/days/{day}/confirm": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR),
    "GET /v1/drug-log/locations/{location_id}/inventories": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR, Role.AUDITOR),
    "POST /v1/drug-log/locations/{location_id}/inventories": allow(*BEDSIDE),
    "GET /v1/drug-log/inventories/{inventory_id}": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR, Role.AUDITOR),
    "POST /v1/drug-log/inventories/{inventory_id}/confirm": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR),
    "GET /v1/drug-log/locations/{location_id}/cases": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR, Role.AUDITOR),
    "GET /v1/drug-log/cases/{case_id}": allow(*BEDSIDE, Role.MEDICAL_DIRECTOR, Role.AUDITOR),
    "POST /v1/drug-log/cases/{case_id}/judgements": allow(PRESCRIBER, Role.MEDICAL_DIRECTOR),
    "POST /v1/drug-log/cases/{case_id}/reports": allow(PRESCRIBER, Role.MEDICAL_DIRECTOR),
}

CONSENTERS: Final = API["GET /v1/patients/{patient_id}/consents"].roles
"""Who of the clinic sees to what patients sign."""
READERS: Final = API["GET /v1/sessions/{session_id}"].roles
OF_PACKAGES: Final = API["GET /v1/patients/{patient_id}/packages"]
"""Who may know whose package is in the drug log."""
AT_THE_LOG: Final = API["GET /v1/drug-log/containers/{container_id}"].roles & READERS
"""At whose device a colleague may witness a line of the drug log, by the colleague's own login."""
SIGNERS: Final = API["POST /v1/locations/{location_id}/standing-orders"].roles
REVOKERS: Final = API["POST /v1/standing-orders/{order_id}/revoke"].roles
BEDSIDE_FORMS: Final = {
    "arrive": "POST /v1/sessions/{session_id}/arrive",
    "join": "POST /v1/sessions/{session_id}/join",
    "leave": "POST /v1/sessions/{session_id}/leave",
    "identity": "POST /v1/sessions/{session_id}/checks",
    "questions": "POST /v1/sessions/{session_id}/checks",
    "escort": "POST /v1/sessions/{session_id}/checks",
    "baseline": "POST /v1/sessions/{session_id}/checks",
    "program": "POST /v1/sessions/{session_id}/checks",
    "order": "POST /v1/sessions/{session_id}/order",
    "attest": "POST /v1/sessions/{session_id}/attest",
    "sign": "POST /v1/sessions/{session_id}/overrides",
    "clearing": "POST /v1/sessions/{session_id}/clear",
    "draw": "POST /v1/drug-log/containers/{container_id}/draws",
    "how-held": "POST /v1/sessions/{session_id}/how-held",
    "verify": "POST /v1/sessions/{session_id}/verifications",
    "start": "POST /v1/sessions/{session_id}/start",
    "dose": "POST /v1/sessions/{session_id}/doses",
    "dose-outside": "POST /v1/sessions/{session_id}/doses/outside-gate",
    "review-dose": "POST /v1/sessions/{session_id}/doses/outside-gate/{dose_id}/reviews",
    "pump": "POST /v1/sessions/{session_id}/doses/pump",
    "dose-ended": "POST /v1/sessions/{session_id}/doses/end",
    "dose-ended-before": "POST /v1/sessions/{session_id}/doses/end",
    "dose-stopped": "POST /v1/sessions/{session_id}/doses/end",
    "correct-dose": "POST /v1/sessions/{session_id}/doses/corrections",
    "vitals": "POST /v1/sessions/{session_id}/vitals",
    "correct-vitals": "POST /v1/sessions/{session_id}/vitals/corrections",
    "correct-leaving": "POST /v1/sessions/{session_id}/leaving/corrections",
    "correct-checks": "POST /v1/sessions/{session_id}/checks/corrections",
    "medicine-order": "POST /v1/sessions/{session_id}/medicine-orders",
    "verbal-order": "POST /v1/sessions/{session_id}/verbal-orders",
    "answer-order": "POST /v1/sessions/{session_id}/verbal-orders/{order_id}/answer",
    "correct-order": "POST /v1/sessions/{session_id}/verbal-orders/{order_id}/corrections",
    "draw-medicine": "POST /v1/drug-log/containers/{container_id}/draws",
    "give-medicine": "POST /v1/sessions/{session_id}/medicines",
    "withhold-medicine": "POST /v1/sessions/{session_id}/medicines/not-given",
    "medicine-effect": "POST /v1/sessions/{session_id}/medicines/effects",
    "correct-medicine": "POST /v1/sessions/{session_id}/medicines/corrections",
    "medicine-outside": "POST /v1/sessions/{session_id}/medicines/outside-order",
    "review-medicine": "POST /v1/sessions/{session_id}/medicines/outside-order/{administration_id}/reviews",
    "waste": "POST /v1/drug-log/containers/{container_id}/entries",
    "witness": "POST /v1/drug-log/containers/{container_id}/entries/{entry_id}/witness",
    "adverse-event": "POST /v1/adverse-events",
    "discharge": "POST /v1/sessions/{session_id}/discharge",
    "complete": "POST /v1/sessions/{session_id}/complete",
    "therapy-otherwise": "POST /v1/sessions/{session_id}/therapy-otherwise",
    "review-therapy": "POST /v1/sessions/{session_id}/therapy-otherwise/{therapy_id}/reviews",
    "coordination": "POST /v1/sessions/{session_id}/coordination-call",
    "refuse": "POST /v1/sessions/{session_id}/refuse",
    "convert": "POST /v1/sessions/{session_id}/convert",
    "abort": "POST /v1/sessions/{session_id}/abort",
    "return": "POST /v1/sessions/{session_id}/return",
    "returned-before": "POST /v1/sessions/{session_id}/return",
}
"""Each form, and the route of the API whose command it is."""

PLAN_FORMS: Final = {
    "ask": "POST /v1/plans/{plan_id}/tasks",
    "link": "POST /v1/patients/{patient_id}/plan-links",
    "send-link": "POST /v1/patients/{patient_id}/plan-links/send",
    "withdraw-link": "POST /v1/patients/{patient_id}/plan-links/{link_id}/withdraw",
    "sign": "POST /v1/plan-tasks/{task_id}/sign",
    "sample": "POST /v1/plan-tasks/{task_id}/sample",
    "result": "POST /v1/plan-tasks/{task_id}/results",
    "review": "POST /v1/plan-tasks/{task_id}/review",
    "end": "POST /v1/plan-tasks/{task_id}/end",
}
"""Each form of a patient's plan, and the route of the API whose command it is."""
PLAN_BUTTONS: Final = frozenset({"link", "send-link", "withdraw-link", "sign", "sample"})
"""Forms without a page of their own."""

NOTE_FORMS: Final = {
    "notes/write": "POST /v1/sessions/{session_id}/notes",
    "notes/rewrite": "PUT /v1/notes/{note_id}",
    "notes/sign": "POST /v1/notes/{note_id}/sign",
    "notes/add": "POST /v1/notes/{note_id}/addenda",
    "psychotherapy-notes/write": "POST /v1/sessions/{session_id}/psychotherapy-notes",
    "psychotherapy-notes/add": "POST /v1/psychotherapy-notes/{note_id}/passages",
}
"""Each form of a session's notes, and the route of the API whose command it is."""
NOTE_BUTTONS: Final = frozenset({"notes/sign"})
"""Forms without a page of their own."""

CONTAINER_FORMS: Final = {
    "enter": "POST /v1/drug-log/containers/{container_id}/entries",
    "return": "POST /v1/drug-log/containers/{container_id}/entries",
    "destroy": "POST /v1/drug-log/containers/{container_id}/entries",
    "hand-out": "POST /v1/drug-log/containers/{container_id}/hand-outs",
    "reverse": "POST /v1/drug-log/containers/{container_id}/entries/{entry_id}/reverse",
    "witness": "POST /v1/drug-log/containers/{container_id}/entries/{entry_id}/witness",
}
"""Each form about a container of the drug log, and the route of the API whose command it is."""
CASE_FORMS: Final = {
    "judge": "POST /v1/drug-log/cases/{case_id}/judgements",
    "report": "POST /v1/drug-log/cases/{case_id}/reports",
}
"""Each form about a discrepancy, and the route of the API whose command it is."""
OF_LOG: Final = API["GET /v1/drug-log/containers"].roles
"""Who reads the drug log."""
RECEIVERS: Final = API["POST /v1/drug-log/containers"].roles
DRUG_LOG: AccessTable = {
    "GET /pages/drug-log": allow(*OF_LOG),
    "GET /pages/drug-log/receive": allow(*RECEIVERS, impersonal=True),
    "POST /pages/drug-log/receive": allow(*RECEIVERS),
    "GET /pages/drug-log/packages/{patient_id}": allow(*OF_PACKAGES.roles),
    "GET /pages/drug-log/packages/{patient_id}/receive": allow(*RECEIVERS),
    "POST /pages/drug-log/packages/{patient_id}/receive": allow(*RECEIVERS),
    "GET /pages/drug-log/containers/{container_id}": allow(*OF_LOG),
    **{
        f"{method} /pages/drug-log/containers/{{container_id}}/{form}": allow(*(API[row].roles & OF_LOG))
        for form, row in CONTAINER_FORMS.items()
        for method in (("POST",) if form == "witness" else ("GET", "POST"))
    },
    "GET /pages/drug-log/days": allow(*API["GET /v1/drug-log/locations/{location_id}/days"].roles),
    "GET /pages/drug-log/day": allow(*OF_LOG),
    **{
        f"{method} /pages/drug-log/day/close": allow(
            *API["POST /v1/drug-log/locations/{location_id}/days/{day}/close"].roles
        )
        for method in ("GET", "POST")
    },
    "POST /pages/drug-log/day/confirm": allow(
        *API["POST /v1/drug-log/locations/{location_id}/days/{day}/confirm"].roles
    ),
    "GET /pages/drug-log/cases": allow(*API["GET /v1/drug-log/locations/{location_id}/cases"].roles),
    "GET /pages/drug-log/cases/{case_id}": allow(*API["GET /v1/drug-log/cases/{case_id}"].roles),
    **{
        f"{method} /pages/drug-log/cases/{{case_id}}/{form}": allow(*API[row].roles)
        for form, row in CASE_FORMS.items()
        for method in ("GET", "POST")
    },
    "GET /pages/drug-log/inventories": allow(*API["GET /v1/drug-log/locations/{location_id}/inventories"].roles),
    **{
        f"{method} /pages/drug-log/inventories/take": allow(
            *API["POST /v1/drug-log/locations/{location_id}/inventories"].roles
        )
        for method in ("GET", "POST")
    },
    "GET /pages/drug-log/inventories/{inventory_id}": allow(*API["GET /v1/drug-log/inventories/{inventory_id}"].roles),
    "POST /pages/drug-log/inventories/{inventory_id}/confirm": allow(
        *API["POST /v1/drug-log/inventories/{inventory_id}/confirm"].roles
    ),
}

ACCESS: AccessTable = {
    **API,
    **DRUG_LOG,
    **record_share_pages(*DISCLOSERS),
    "GET /pages/patients/{patient_id}": allow(*CLINICIANS, emergency=EMERGENCY),
    "GET /pages/to-do/{token}": public(rate="60/minute"),
    "POST /pages/to-do/{token}": public(rate="10/minute"),
    "GET /pages/to-do": allow(own=by_caller()),
    "GET /pages/to-do/texts/{document}": allow(own=by_caller()),
    "POST /pages/to-do/texts/{document}/sign": allow(own=by_caller()),
    "GET /pages/to-do/signed/{consent_id}": allow(own=by_object("consent_id")),
    "GET /pages/to-do/signed/{consent_id}/copy": allow(own=by_object("consent_id")),
    "POST /pages/to-do/signed/{consent_id}/withdraw": allow(own=by_object("consent_id")),
    "POST /pages/to-do/tasks/{task_id}/done": allow(own=by_object("task_id")),
    "POST /pages/to-do/tasks/{task_id}/undo": allow(own=by_object("task_id")),
    "GET /pages/consents": allow(*CONSENTERS),
    "GET /pages/consents/{patient_id}": allow(*CONSENTERS),
    "POST /pages/consents/{patient_id}/send-link": allow(*API["POST /v1/patients/{patient_id}/plan-links/send"].roles),
    "GET /pages/consents/{patient_id}/texts/{document}": allow(*CONSENTERS),
    "POST /pages/consents/{patient_id}/texts/{document}/witness": allow(
        *API["POST /v1/patients/{patient_id}/consents"].roles
    ),
    "GET /pages/consents/{patient_id}/signed/{consent_id}": allow(*CONSENTERS),
    "POST /pages/consents/{patient_id}/signed/{consent_id}/withdraw": allow(
        *API["POST /v1/consents/{consent_id}/withdraw"].roles
    ),
    "GET /pages/plans": allow(*CLINICIANS),
    "GET /pages/plans/{patient_id}": allow(*CLINICIANS),
    "GET /pages/plans/{patient_id}/summary": allow(*CLINICIANS),
    **{
        f"{method} /pages/plans/{{patient_id}}/{form}": allow(*(API[row].roles & frozenset(CLINICIANS)))
        for form, row in PLAN_FORMS.items()
        for method in (("POST",) if form in PLAN_BUTTONS else ("GET", "POST"))
    },
    "GET /pages/bedside": allow(*READERS),
    "GET /pages/bedside/now": allow(*READERS),
    "GET /pages/bedside/live": allow(*READERS),
    **{
        f"{method} /pages/bedside/{{session_id}}/{form}": allow(*(API[row].roles & READERS))
        for form, row in BEDSIDE_FORMS.items()
        for method in ("GET", "POST")
    },
    "GET /pages/bedside/{session_id}/notes": allow(*API["GET /v1/sessions/{session_id}/notes"].roles),
    "GET /pages/patients/{patient_id}/notes": allow(*API["GET /v1/patients/{patient_id}/notes"].roles),
    "GET /pages/bedside/{session_id}/psychotherapy-notes": allow(
        *API["GET /v1/sessions/{session_id}/psychotherapy-notes"].roles
    ),
    **{
        f"{method} /pages/bedside/{{session_id}}/{form}": allow(*API[row].roles)
        for form, row in NOTE_FORMS.items()
        for method in (("POST",) if form in NOTE_BUTTONS else ("GET", "POST"))
    },
    "GET /pages/rems-forms": allow(*API["GET /v1/rems-forms"].roles),
    "GET /pages/patients/{patient_id}/rems-forms": allow(*API["GET /v1/patients/{patient_id}/rems-forms"].roles),
    "GET /pages/rems-forms/{session_id}": allow(*API["GET /v1/sessions/{session_id}/rems-form"].roles),
    "POST /pages/rems-forms/{session_id}/submit": allow(*API["POST /v1/sessions/{session_id}/rems-form/submit"].roles),
    "GET /pages/bedside/unsigned-notes": allow(*API["GET /v1/unsigned-notes"].roles),
    "GET /pages/bedside/reviews": allow(*API["GET /v1/doses-outside-gate"].roles),
    "GET /pages/bedside/orders": allow(*API["GET /v1/verbal-orders"].roles),
    "GET /pages/standing-orders": allow(*API["GET /v1/locations/{location_id}/standing-orders"].roles),
    "GET /pages/standing-orders/sign": allow(*SIGNERS, impersonal=True),
    "POST /pages/standing-orders/sign": allow(*SIGNERS),
    "GET /pages/standing-orders/{order_id}/revoke": allow(*REVOKERS),
    "POST /pages/standing-orders/{order_id}/revoke": allow(*REVOKERS),
    "GET /pages/bedside/{session_id}/witness/{container_id}/{entry_id}": allow(*AT_THE_LOG),
    "POST /pages/bedside/{session_id}/witness/{container_id}/{entry_id}": allow(*AT_THE_LOG),
    **colleagues_of(*AT_THE_LOG),
}
