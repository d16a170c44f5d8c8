"""What billing waits for and does by itself, in one table; run by `timers`, which needs no Kafka."""

from billing.application.deadlines.ask_for_news import ask_for_news, next_asking, settle_news
from billing.application.deadlines.give_back_by_card import give_back_by_card, next_card_refund, settle_card_refund
from billing.application.deadlines.issue_statements import issue_statements, next_step
from billing.application.deadlines.match_payout import ask_about_payout, next_payout, settle_payout
from billing.application.deadlines.miss_estimate import miss_estimate
from billing.application.deadlines.open_payment_link import ask_about_link, next_link, settle_link
from billing.application.deadlines.remind_of_reimbursement import remind_of_reimbursement
from billing.application.deadlines.tell_of_news import send_gathered
from billing.application.fees import settle_fee
from billing.application.ports import Ports
from careflow_service.deadlines import Deadline, Effect

DEADLINES: tuple[Deadline[Ports], ...] = (
    Deadline("miss_estimate", next=lambda ports: ports.estimates.next_due(), fire=miss_estimate),
    Deadline("settle_fee", next=lambda ports: ports.fees.next_due(), fire=settle_fee),
    Deadline("tell_of_news", next=lambda ports: ports.account_links.next_due(), fire=send_gathered),
    Deadline(
        "remind_of_reimbursement", next=lambda ports: ports.reimbursements.next_due(), fire=remind_of_reimbursement
    ),
    Deadline("issue_statements", next=next_step, fire=issue_statements),
)

EFFECTS: tuple[Effect[Ports], ...] = (
    Effect("ask_about_link", next=next_link, perform=ask_about_link, settle=settle_link),
    Effect("ask_for_news", next=next_asking, perform=ask_for_news, settle=settle_news),
    Effect("ask_about_payout", next=next_payout, perform=ask_about_payout, settle=settle_payout),
    Effect("give_back_by_card", next=next_card_refund, perform=give_back_by_card, settle=settle_card_refund),
)
