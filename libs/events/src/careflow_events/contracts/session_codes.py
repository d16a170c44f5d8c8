"""The codes of what sessions says, with one line of meaning per value. Open unless it derives from ClosedCode."""

from careflow_events.contracts.code import UNKNOWN as NOT_KNOWN
from careflow_events.contracts.code import ClosedCode, OpenCode, SealedCode

_UNKNOWN = (NOT_KNOWN, "a value newer than this reader")


class OutcomeFinding(SealedCode):
    """What the scores of a course show that a prescriber is to look at."""

    RESPONSE = "response", "symptoms came down enough: intervals may widen"
    DETERIORATION = "deterioration", "symptoms are reliably worse, or worse by much in a short time"
    RELAPSE = "relapse", "symptoms are back after a response"
    NO_RESPONSE = "no_response", "no response after several doses: stop or change before more are given"
    UNKNOWN = _UNKNOWN


class ScreenResult(OpenCode):
    """What the questions asked before a dosing visit come to."""

    PASS = "pass", "nothing speaks against the visit"
    PRESCRIBER_DECIDES = "prescriber_decides", "a prescriber looks at it before the visit goes on"
    STOP = "stop", "the visit does not go on"
    UNKNOWN = _UNKNOWN


class RoomPurpose(OpenCode):
    """What kind of room a visit takes."""

    CONSULTATION = "consultation", "a room to talk in"
    DOSING = "dosing", "a room equipped for treatment"
    UNKNOWN = _UNKNOWN


class PlanChangeReason(OpenCode):
    """Why a plan was held, resumed or ended, in words that say nothing clinical."""

    CLINICAL = "clinical", "a clinician's decision"
    PATIENT_REQUEST = "patient_request", "the patient wishes it"
    ADMINISTRATIVE = "administrative", "a matter of the clinic"
    COURSE_ENDED = "course_ended", "the planned course has come to its end"
    OTHER = "other", "another reason"
    UNKNOWN = _UNKNOWN


class CareEndReason(OpenCode):
    """Why a patient was discharged from care, in words that say nothing clinical."""

    COURSE_ENDED = "course_ended", "what was planned has come to its end"
    TRANSFERRED = "transferred", "somebody else goes on with the care"
    CLINICAL = "clinical", "a clinician's decision"
    PATIENT_REQUEST = "patient_request", "the patient wishes it"
    LOST_TO_FOLLOW_UP = "lost_to_follow_up", "the patient came no more and could not be reached"
    OTHER = "other", "another reason"
    UNKNOWN = _UNKNOWN


class ConsentCategory(OpenCode):
    """What a consent is about; the document itself stays sealed."""

    TREATMENT = "treatment", "the treatment"
    TELEHEALTH = "telehealth", "visits by video or telephone"
    FINANCIAL = "financial", "the financial policy"
    PRIVACY = "privacy", "the notice of privacy practices"
    RELEASE = "release", "release of records to somebody else"
    UNKNOWN = _UNKNOWN


class SessionOutcome(OpenCode):
    """How a session ended."""

    COMPLETED = "completed", "as it was meant to"
    CONVERTED = "converted", "a therapy hour took the place of what was booked"
    STOPPED = "stopped", "the clinic ended it before its time"
    LEFT_EARLY = "left_early", "the patient left before being discharged"
    UNKNOWN = _UNKNOWN


class VitalsSeverity(ClosedCode):
    """How urgent a vital sign, or a missing one, is."""

    WARN = "warn", "the prescriber is told"
    URGENT = "urgent", "stop, treat, prescriber at the bedside"


class ReportedFact(SealedCode):
    """What a session found out that screening's rules must know."""

    PREGNANCY = "pregnancy", "a pregnancy test at the bedside"
    SUICIDE_RISK = "suicide_risk", "the risk screener asked in the session"
    DRUG_ALLERGY = "drug_allergy", "an allergy to the drug of the plan"
    MEDICINE_ALLERGY = "medicine_allergy", "an allergy to a medicine beside the dose; the value names it"
    UNKNOWN = _UNKNOWN


class FactSource(SealedCode):
    """How a session came to know a fact."""

    PATIENT = "patient", "the patient said it"
    CLINICIAN = "clinician", "somebody of the team observed or assessed it"
    TEST = "test", "a test at the bedside"
    UNKNOWN = _UNKNOWN


class ReviewDecision(ClosedCode):
    """What a prescriber's signed review of an adverse event decides."""

    RESUME = "resume", "dosing may go on"
    HOLD = "hold", "dosing waits for another review"
    STOP = "stop", "no more dosing in this course"


class NoteKind(OpenCode):
    """The profession a note of a session is written in."""

    MEDICAL = "medical", "by a prescriber"
    THERAPY = "therapy", "by a therapist"
    NURSING = "nursing", "by a nurse"
    UNKNOWN = _UNKNOWN


class TaskCategory(OpenCode):
    """What somebody of the clinic is asked to do by a date."""

    NEXT_DAY_CONTACT = "next_day_contact", "speak with the patient by the end of the next day"
    LATER_CONTACT = "later_contact", "speak with the patient again, some days after"
    MISSED_VISIT_CALL = "missed_visit_call", "call a patient who did not come to a visit"
    MISSED_VISIT_LETTER = "missed_visit_letter", "write to a patient whom no call has reached"
    MISSED_VISIT_DECISION = "missed_visit_decision", "decide about a patient whom neither calls nor letter have reached"
    MONITORING_FORM = "monitoring_form", "send a program the form it asks for after a session"
    DOSE_REVIEW = "dose_review", "review a dose that was given outside the gate"
    ORDER_SIGNATURE = "order_signature", "sign or refuse an order that was taken by word"
    THERAPY_REVIEW = "therapy_review", "review therapy that was held otherwise than planned"
    PLAN_TASK = "plan_task", "do what the plan asks for beside its sessions"
    RESULT_REVIEW = "result_review", "read a result that has come"
    UNKNOWN = _UNKNOWN


class TaskOutcome(OpenCode):
    """How something a plan asks for beside its sessions came to its end."""

    DONE = "done", "it was done"
    MISSED = "missed", "it was not done"
    CALLED_OFF = "called_off", "the clinic no longer asks for it"
    UNKNOWN = _UNKNOWN


class DrugTaskCategory(OpenCode):
    """What somebody of the clinic is to do about controlled drugs by a date."""

    DISCREPANCY_DECISION = "discrepancy_decision", "judge what does not add up in the log"
    DEA_NOTICE = "dea_notice", "tell the DEA in writing of a theft or significant loss"
    DEA_FORM_106 = "dea_form_106", "file DEA Form 106 about it"
    DEA_NO_LOSS = "dea_no_loss", "tell the DEA in writing that what it was told of was no loss"
    BIENNIAL_INVENTORY = "biennial_inventory", "take the inventory of a location that the law asks for every two years"
    INITIAL_INVENTORY = "initial_inventory", "take the first inventory of a location that begins to keep such drugs"
    UNKNOWN = _UNKNOWN


class NdcUnit(SealedCode):
    """The unit an NDC is billed in: UN, ML, GR and ME of a claim."""

    UNIT = "unit", "a unit: a vial of powder, a device, a tablet"
    MILLILITRE = "millilitre", "a millilitre of a liquid"
    GRAM = "gram", "a gram"
    MILLIGRAM = "milligram", "a milligram"
    UNKNOWN = _UNKNOWN
