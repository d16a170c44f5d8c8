"""Every code of the contract, with one line of meaning per value. Open unless it derives from ClosedCode."""

from careflow_events.contracts.code import UNKNOWN as NOT_KNOWN
from careflow_events.contracts.code import ClosedCode, OpenCode, SealedCode

_UNKNOWN = (NOT_KNOWN, "a value newer than this reader")


class AppointmentKind(OpenCode):
    """What a visit is for."""

    INFO_CALL = "info_call", "the free call of 15 minutes before anything else"
    EVALUATION = "evaluation", "the evaluation a clearance rests on"
    PREPARATION = "preparation", "therapy hour that prepares a dosing visit"
    DOSING = "dosing", "visit in which the treatment is given, with a therapist"
    INTEGRATION = "integration", "therapy hour that follows a dosing visit"
    REVIEW = "review", "prescriber's review of the course"
    ADJUNCT = "adjunct", "a catalogued service beside the course"
    UNKNOWN = _UNKNOWN


class InquiryOutcome(OpenCode):
    """What came of an inquiry."""

    ANSWERED = "answered", "what was asked is answered"
    INFO_CALL = "info_call", "the free call is booked"
    NOT_REACHED = "not_reached", "nobody was reached by the contact that was given"
    NOT_SERVED = "not_served", "the clinic cannot be of help"
    NO_INQUIRY = "no_inquiry", "advertising, or sent by mistake"
    UNKNOWN = _UNKNOWN


class AppointmentStatus(OpenCode):
    """Where an appointment is in its life. Holds are told beside it, in `holds`."""

    BOOKED = "booked", "it will take place"
    ARRIVED = "arrived", "the patient is there, or on the line"
    FULFILLED = "fulfilled", "it took place"
    CANCELLED = "cancelled", "it will not take place"
    MISSED = "missed", "the patient did not come; set by a person or at the day's end"
    UNKNOWN = _UNKNOWN


class Phase(OpenCode):
    """The part of a course of treatment a visit belongs to."""

    INDUCTION = "induction", "the first, dense part of a course"
    MAINTENANCE = "maintenance", "single visits that keep what was reached"
    UNKNOWN = _UNKNOWN


class Modality(OpenCode):
    """How a visit takes place."""

    IN_PERSON = "in_person", "at the clinic"
    VIDEO = "video", "by video call"
    PHONE = "phone", "by telephone"
    UNKNOWN = _UNKNOWN


class ProviderRole(OpenCode):
    """As what somebody takes part in a visit."""

    PRESCRIBER = "prescriber", "physician or other prescriber"
    THERAPIST = "therapist", "psychotherapist"
    NURSE = "nurse", "registered nurse"
    WELLNESS = "wellness", "practitioner of an adjunct service"
    UNKNOWN = _UNKNOWN


class HoldReason(OpenCode):
    """Why a visit must wait, as coarse as is safe to say openly."""

    CLINICAL = "clinical", "a clinical question is open"
    CONSENT = "consent", "a consent is missing or has ended"
    PLAN = "plan", "the plan is on hold or has ended"
    LOGISTICS = "logistics", "something practical is missing"
    UNKNOWN = _UNKNOWN


class HoldCause(SealedCode):
    """What exactly makes a visit wait."""

    CLEARANCE = "clearance", "the clearance is suspended, has expired or was revoked"
    SAFETY_ALERT = "safety_alert", "a safety alert is open"
    ADVERSE_EVENT = "adverse_event", "an adverse event waits for its review"
    INTEGRATION = "integration", "the integration of a dose is overdue"
    CONSENT = "consent", "a consent was withdrawn or has run out"
    PLAN = "plan", "the plan is on hold or has ended"
    PREPARATION = "preparation", "the preparation before it will not take place"
    PERSON = "person", "the patient is not of age, or lives where the clinic is not licensed"
    UNKNOWN = _UNKNOWN


class BookedBy(OpenCode):
    """Who made the booking."""

    PATIENT = "patient", "the patient, online"
    STAFF = "staff", "somebody of the clinic, for the patient"
    UNKNOWN = _UNKNOWN


class RescheduledBy(OpenCode):
    """Who moved the visit."""

    PATIENT = "patient", "the patient, online"
    STAFF = "staff", "somebody of the clinic"
    UNKNOWN = _UNKNOWN


class CancelledBy(OpenCode):
    """Whose cancellation it was: it decides about fees."""

    PATIENT = "patient", "the patient, or the clinic at the patient's wish"
    CLINIC = "clinic", "the clinic, for reasons of its own"
    CLINICAL_HOLD = "clinical_hold", "a hold that was not released in time; never a fee"
    UNKNOWN = _UNKNOWN


class CancelReason(OpenCode):
    """Why a visit was cancelled, in words that say nothing clinical."""

    PATIENT_REQUEST = "patient_request", "the patient asked for it, without or with a reason of their own"
    PROVIDER_UNAVAILABLE = "provider_unavailable", "the practitioner or a room is not available"
    CLINIC_CLOSED = "clinic_closed", "the clinic is closed at that time"
    HOLD_NOT_RELEASED = "hold_not_released", "what held the visit was not settled in time"
    CARE_ENDED = "care_ended", "the care path has ended"
    BOOKED_IN_ERROR = "booked_in_error", "the booking was a mistake"
    OTHER = "other", "another reason"
    UNKNOWN = _UNKNOWN


class Disposition(OpenCode):
    """How a consultation ended: the first four after an info call, the last three after an evaluation."""

    PROCEED = "proceed", "info call: the patient goes on to screening"
    THINK_IT_OVER = "think_it_over", "info call: the patient takes time to decide"
    NOT_A_FIT = "not_a_fit", "info call: this clinic is not the right place"
    REFER_OUT = "refer_out", "both: the patient is referred elsewhere"
    COMPLETED = "completed", "evaluation: done"
    CONTINUE_LATER = "continue_later", "evaluation: to be continued in another visit"
    UNKNOWN = _UNKNOWN


class CareStage(OpenCode):
    """Where a patient stands on the care path."""

    INQUIRY = "inquiry", "has asked, nothing is booked"
    INFO_CALL = "info_call", "the free call is booked or done"
    SCREENING = "screening", "answers and evidence are being collected"
    EVALUATION = "evaluation", "the evaluation is booked or under way"
    CLEARED = "cleared", "a prescriber has cleared the treatment"
    PREPARING = "preparing", "the plan is active, preparation under way"
    IN_COURSE = "in_course", "the induction course is running"
    MAINTENANCE = "maintenance", "single visits keep what was reached"
    DISCHARGED = "discharged", "the course has ended"
    INACTIVE = "inactive", "nothing has happened for long"
    CLOSED = "closed", "the path has ended without a course"
    UNKNOWN = _UNKNOWN


class PatientDetail(OpenCode):
    """Which group of a patient's details changed. Groups, because a single detail's name could give its value away."""

    IDENTITY = "identity", "names, birth date, sex, whether pregnancy is possible"
    CONTACT = "contact", "e-mail, phone, language, time zone, permitted channels"
    RESIDENCE = "residence", "state of residence, postal address"
    COMPANIONS = "companions", "emergency contact, escort"
    UNKNOWN = _UNKNOWN


class Sex(SealedCode):
    """Sex as clinically relevant; left out while it is not known."""

    FEMALE = "female", "female"
    MALE = "male", "male"
    INTERSEX = "intersex", "intersex"
    UNKNOWN = _UNKNOWN


class DeliveryPreference(SealedCode):
    """How a patient wants estimates and bills."""

    ELECTRONIC = "electronic", "by a secure link"
    PAPER = "paper", "by post"
    UNKNOWN = _UNKNOWN


class ScreeningCloseReason(OpenCode):
    """Why a screening case was closed."""

    DENIED = "denied", "treatment was denied"
    WITHDRAWN = "withdrawn", "the patient went no further"
    DISCHARGED = "discharged", "the course has ended"
    UNKNOWN = _UNKNOWN


class QuestionnairePurpose(OpenCode):
    """When in the course a questionnaire is asked for."""

    INTAKE = "intake", "before the evaluation"
    PRE_SESSION = "pre_session", "before a dosing visit"
    COURSE = "course", "while the course is running"
    FOLLOW_UP = "follow_up", "after the course, or between two instruments of a screening"
    UNKNOWN = _UNKNOWN


class EvaluationPart(OpenCode):
    """A part of the evaluation; a clearance needs all four."""

    PSYCHIATRIC = "psychiatric", "the mental health evaluation"
    PHYSICAL = "physical", "the medical evaluation"
    RISK = "risk", "the assessment of risk"
    CAPACITY = "capacity", "the capacity to consent"
    UNKNOWN = _UNKNOWN


class EvidenceCategory(OpenCode):
    """What a piece of evidence is for; which evidence it is stays with screening."""

    CLEARANCE = "clearance", "it decides how long a clearance lasts"
    SESSION = "session", "it is for a session's own gate"
    UNKNOWN = _UNKNOWN


class SuspensionReason(OpenCode):
    """What suspended a clearance, as coarse as is safe to say openly."""

    CLINICAL = "clinical", "something new was learnt"
    EVIDENCE = "evidence", "evidence is missing or out of range"
    PRESCRIBER = "prescriber", "a prescriber's own decision"
    UNKNOWN = _UNKNOWN


class Indication(SealedCode):
    """What the treatment is for."""

    TREATMENT_RESISTANT_DEPRESSION = (
        "treatment_resistant_depression",
        "depression after two adequate antidepressant trials without response",
    )
    SEVERE_DEPRESSION = "severe_depression", "severe depression with functional impairment"
    DEPRESSION_WITH_COMORBIDITY = "depression_with_comorbidity", "depression with PTSD, anxiety or chronic pain"
    ANXIETY = "anxiety", "anxiety"
    PTSD = "ptsd", "post-traumatic stress disorder"
    ADDICTION = "addiction", "addiction"
    ALTERNATIVE_TO_ANTIDEPRESSANTS = (
        "alternative_to_antidepressants",
        "wish for an alternative to long-term antidepressants",
    )
    UNKNOWN = _UNKNOWN


class Route(SealedCode):
    """How the treatment is given."""

    INTRAVENOUS = "intravenous", "infusion into a vein"
    INTRAMUSCULAR = "intramuscular", "injection into a muscle"
    ORAL = "oral", "by mouth or under the tongue"
    INTRANASAL = "intranasal", "nasal spray"
    UNKNOWN = _UNKNOWN


class AlertLevel(ClosedCode):
    """How urgent a safety alert is."""

    LOW = "low", "to be reviewed before the next step"
    MODERATE = "moderate", "to be reviewed the same day; no dosing until then"
    HIGH = "high", "somebody is paged and answers within minutes; no dosing"


class AlertSource(OpenCode):
    """Where a safety concern came from."""

    ANSWER = "answer", "an answer in a questionnaire"
    STAFF = "staff", "somebody of the clinic raised it"
    SESSION = "session", "a treatment session"
    UNKNOWN = _UNKNOWN


class AlertOutcome(OpenCode):
    """How a safety alert ended, in words that say nothing clinical."""

    RESOLVED = "resolved", "a clinician has settled it; care goes on"
    REFERRED = "referred", "other care has taken over"
    ENTERED_IN_ERROR = "entered_in_error", "there never was a concern"
    UNKNOWN = _UNKNOWN


class CareFlowService(OpenCode):
    """One of the services."""

    BOOKING = "booking", "when, where, with whom, and where each patient stands"
    SCREENING = "screening", "is it safe, and until when"
    SESSIONS = "sessions", "the treatment itself"
    BILLING = "billing", "estimates, charges, superbills"
    UNKNOWN = _UNKNOWN


class RecordPart(SealedCode):
    """A part of a patient's record that is asked for and handed out by itself."""

    ORDINARY = "ordinary", "the record but for the other parts"
    BILLING = "billing", "bills and payments"
    PSYCHOTHERAPY_NOTES = "psychotherapy_notes", "notes that are outside the right of access"
    SUBSTANCE_USE = "substance_use", "what 42 CFR Part 2 protects"
    UNKNOWN = _UNKNOWN


class RetentionReason(OpenCode):
    """Why something of a patient has to be kept although they asked for its erasure."""

    CARE_RECORD = "care_record", "care was begun: its record is kept for as long as the law says"
    SIGNED_DOCUMENTS = "signed_documents", "something was signed or handed out that has to be kept"
    BOOKS = "books", "the clinic's books have entries about the patient"
    MONEY_OWED = "money_owed", "somebody owes the other money"
    UNKNOWN = _UNKNOWN
