"""The codes of what billing says, with one line of meaning per value. Open unless it derives from ClosedCode."""

from careflow_events.contracts.code import UNKNOWN as NOT_KNOWN
from careflow_events.contracts.code import OpenCode

_UNKNOWN = (NOT_KNOWN, "a value newer than this reader")


class ChargeCause(OpenCode):
    """What a charge is for; its `cause_id` is an id of that."""

    SESSION = "session", "services rendered in a session"
    EVALUATION = "evaluation", "services rendered in an evaluation"
    LATE_CANCELLATION = "late_cancellation", "a visit the patient gave up with too little notice"
    NO_SHOW = "no_show", "a visit the patient did not come to"
    UNKNOWN = _UNKNOWN


class PaymentMethod(OpenCode):
    """How money came in. Nothing of a card is ever told."""

    CARD_TERMINAL = "card_terminal", "a card, at the terminal"
    HSA_FSA = "hsa_fsa", "a health savings or flexible spending account"
    CASH = "cash", "banknotes"
    CHECK = "check", "a check"
    TRANSFER = "transfer", "a bank transfer"
    CARD_ONLINE = "card_online", "a card, at the card processor's page"
    UNKNOWN = _UNKNOWN


class RefundReason(OpenCode):
    """Why money went back."""

    OVERPAID = "overpaid", "more was paid than is owed"
    CHARGE_CORRECTED = "charge_corrected", "what it was paid for costs less, or nothing"
    GOODWILL = "goodwill", "the clinic's decision; what it was paid for stays paid"
    ENTERED_IN_ERROR = "entered_in_error", "the payment was recorded by mistake"
    PACKAGE_UNUSED = "package_unused", "the visits of a package that were not used"
    CHARGEBACK = "chargeback", "the cardholder's bank took it back"
    UNKNOWN = _UNKNOWN


class DeclineReason(OpenCode):
    """Why a card was not charged."""

    DECLINED = "declined", "the bank declined it"
    NOT_AUTHENTICATED = "not_authenticated", "the cardholder did not prove who they are"
    EXPIRED_CARD = "expired_card", "the card has expired"
    OTHER = "other", "anything else"
    UNKNOWN = _UNKNOWN


class PaymentDisputeOutcome(OpenCode):
    """How the cardholder's bank decided."""

    WON = "won", "the clinic keeps the money"
    LOST = "lost", "the money is the cardholder's"
    UNKNOWN = _UNKNOWN


class WriteOffReason(OpenCode):
    """Why the clinic does without what is owed."""

    BAD_DEBT = "bad_debt", "it was asked for and is not going to be paid"
    HARDSHIP = "hardship", "the patient cannot pay it: the price is lowered"
    COURTESY = "courtesy", "the clinic's decision: the price is lowered"
    SMALL_BALANCE = "small_balance", "not worth asking for"
    DISPUTE = "dispute", "decided or agreed in a dispute about an estimate: the price is lowered"
    UNKNOWN = _UNKNOWN


class WaiverReason(OpenCode):
    """Why a fee is not charged."""

    FIRST_TIME_COURTESY = "first_time_courtesy", "it happened for the first time"
    NO_SIGNED_POLICY = "no_signed_policy", "the patient had signed no financial policy by then"
    EMERGENCY = "emergency", "a documented emergency"
    CLINIC_DECISION = "clinic_decision", "the clinic's decision"
    SAME_DECISION = (
        "same_decision",
        "the visit was given up together with another, whose fee stands for both; charged after all if that other"
        " visit turns out not to have been lost",
    )
    DOSE_NOT_GIVEN = (
        "dose_not_given",
        "the visit is an integration whose dose was not given, so that there was nothing to miss; charged after all if"
        " the dose turns out to have been given",
    )
    UNKNOWN = _UNKNOWN


class EstimateDisputeOutcome(OpenCode):
    """How a dispute about an estimate ended."""

    BILLED = "billed", "what was billed is to be paid"
    LOWERED = "lowered", "a lower amount was decided"
    SETTLED = "settled", "both agreed on an amount"
    NOT_ELIGIBLE = "not_eligible", "it could not be disputed"
    WITHDRAWN = "withdrawn", "the patient gave it up"
    UNKNOWN = _UNKNOWN


class LedgerAccount(OpenCode):
    """The chart of accounts."""

    CASH = "cash", "money received"
    PROCESSOR_CLEARING = "processor_clearing", "taken by the card processor, and not paid out yet"
    DISPUTED_FUNDS = "disputed_funds", "taken back by the card processor until a cardholder's bank decides"
    RECEIVABLE = "receivable", "what patients owe"
    UNAPPLIED_PAYMENTS = "unapplied_payments", "a liability: received, and not yet for any service"
    DEPOSITS = "deposits", "a liability: received for a visit to come"
    UNEARNED_PACKAGES = "unearned_packages", "a liability: received for visits of packages that are to come"
    REFUNDS_PAYABLE = "refunds_payable", "a liability: to be given back, and not there yet"
    REVENUE_EVALUATION = "revenue_evaluation", "evaluations and medical visits"
    REVENUE_THERAPY = "revenue_therapy", "psychotherapy"
    REVENUE_TREATMENT = "revenue_treatment", "giving and monitoring treatment"
    REVENUE_DRUG = "revenue_drug", "drugs"
    REVENUE_OTHER = "revenue_other", "tests and everything else"
    REVENUE_FEES = "revenue_fees", "late cancellations and missed visits"
    DISCOUNTS = "discounts", "against revenue: not asked for, of the clinic's own will"
    BAD_DEBT = "bad_debt", "an expense: owed, and not going to be paid"
    CARD_COSTS = "card_costs", "an expense: fees for disputes, and disputed money that nobody owes"
    GOODWILL_REFUNDS = "goodwill_refunds", "against revenue: given back of the clinic's own will"
    UNKNOWN = _UNKNOWN


class EntryCause(OpenCode):
    """What a journal entry was posted for; its `cause_id` is the charge's, the payment's or the payout's."""

    CHARGE = "charge", "a charge was posted"
    CHARGE_REVERSAL = "charge_reversal", "a charge no longer counts"
    PAYMENT = "payment", "money came in"
    ALLOCATION = "allocation", "money received is for a charge now, or no longer"
    HOLD = "hold", "money received is kept for a visit or a package, or no longer"
    REFUND = "refund", "money went back, or is to"
    REFUND_SETTLED = "refund_settled", "money that was to go back has arrived, or came back"
    DISPUTE = "dispute", "disputed money was taken or given back by the card processor, or its fee"
    WRITE_OFF = "write_off", "the clinic does without what is owed"
    WRITE_OFF_REVERSAL = "write_off_reversal", "what was written off of a charge that is charged otherwise now"
    RECOVERY = "recovery", "what was written off as not going to be paid is paid after all"
    PAYOUT = "payout", "the card processor has paid out what it took, less its fee"
    CONCESSION_REVERSAL = "concession_reversal", "what was given back for a service that is charged otherwise now"
    UNKNOWN = _UNKNOWN


class VoidReason(OpenCode):
    """Why a superbill no longer counts."""

    CHARGE_CORRECTED = "charge_corrected", "a service on it was corrected"
    PAID = "paid", "more was paid than it says"
    REFUNDED = "refunded", "what it says was paid was paid back"
    DISCOUNTED = "discounted", "its services cost less than it says"
    DETAILS_WRONG = "details_wrong", "a name, number or address on it was wrong"
    ISSUED_IN_ERROR = "issued_in_error", "it was issued by mistake"
    UNKNOWN = _UNKNOWN


class ReimbursementOutcome(OpenCode):
    """How a superbill fared at its patient's insurer."""

    PAID = "paid", "the insurer paid what it had to"
    PARTLY_PAID = "partly_paid", "the insurer paid a part"
    DENIED = "denied", "the insurer paid nothing"
    NOT_FILED = "not_filed", "it was never filed"
    GIVEN_UP = "given_up", "it was filed, and nobody went on with it"
    UNKNOWN = _UNKNOWN
