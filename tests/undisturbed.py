"""What one patient's way to a clearance leaves in the topics when nothing fails; the yardstick for when much does."""

BOOKING = [
    "PatientRegistered",
    "ConsultationBooked",
    "CarePathStageChanged",
    "ConsultationArrived",
    "ConsultationCompleted",
    "CarePathStageChanged",
    "ConsultationBooked",
    "CarePathStageChanged",
    "ConsultationArrived",
    "ConsultationCompleted",
    "CarePathStageChanged",
]
SCREENING = [
    "ScreeningStarted",
    *["QuestionnaireRequested"] * 3,
    "AnswerLinkIssued",
    *["QuestionnaireCompleted"] * 3,
    "ScreeningSubmitted",
    *["EvidenceRecorded"] * 5,
    "EvaluationRecorded",
    "DiagnosesRecorded",
    "ClearanceGranted",
]
