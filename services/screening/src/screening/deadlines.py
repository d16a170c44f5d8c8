"""What screening waits for and does by itself, in one table; run by `timers`, which needs no Kafka."""

from careflow_service.deadlines import Deadline, Effect
from screening.application.deadlines.ask_before_session import ask_before_session
from screening.application.deadlines.ask_in_course import ask_in_course
from screening.application.deadlines.end_clearance_in_time import end_clearance_in_time
from screening.application.deadlines.escalate_alert import escalate_alert
from screening.application.deadlines.expire_consent import expire_consent
from screening.application.deadlines.report_rota_gap import report_rota_gap
from screening.application.deadlines.send_page import next_page, send_page, settle_page
from screening.application.deadlines.send_test_page import next_test_page, send_test_page, settle_test_page
from screening.application.deadlines.warn_of_evidence import warn_of_evidence
from screening.application.ports import Ports

DEADLINES: tuple[Deadline[Ports], ...] = (
    Deadline("escalate_alert", next=lambda ports: ports.alerts.next_due(), fire=escalate_alert),
    Deadline("ask_before_session", next=lambda ports: ports.screens.next_due(), fire=ask_before_session),
    Deadline("ask_in_course", next=lambda ports: ports.cases.next_to_ask(), fire=ask_in_course),
    Deadline("end_clearance_in_time", next=lambda ports: ports.clearances.next_due(), fire=end_clearance_in_time),
    Deadline("warn_of_evidence", next=lambda ports: ports.cases.next_due(), fire=warn_of_evidence),
    Deadline("expire_consent", next=lambda ports: ports.consents.next_due(), fire=expire_consent),
    Deadline("report_rota_gap", next=lambda ports: ports.rotas.next_due(), fire=report_rota_gap),
)

EFFECTS: tuple[Effect[Ports], ...] = (
    Effect("page_on_call", next=next_page, perform=send_page, settle=settle_page),
    Effect("test_page_goes_out", next=next_test_page, perform=send_test_page, settle=settle_test_page),
)
