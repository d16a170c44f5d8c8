"""What sessions waits for and does by itself, in one table; run by `timers`, which needs no Kafka."""

from careflow_service.deadlines import Deadline
from sessions.application.deadlines.expire_consent import expire_consent
from sessions.application.deadlines.raise_contact_overdue import raise_contact_overdue
from sessions.application.deadlines.raise_dose_unreviewed import raise_dose_unreviewed
from sessions.application.deadlines.raise_drug_task_overdue import raise_drug_task_overdue
from sessions.application.deadlines.raise_first_inventory_overdue import raise_first_inventory_overdue
from sessions.application.deadlines.raise_integration_overdue import raise_integration_overdue
from sessions.application.deadlines.raise_inventory_due import raise_inventory_due
from sessions.application.deadlines.raise_medicine_unreviewed import raise_medicine_unreviewed
from sessions.application.deadlines.raise_order_unsigned import raise_order_unsigned
from sessions.application.deadlines.raise_outreach_overdue import raise_outreach_overdue
from sessions.application.deadlines.raise_plan_ending import next_plan_ending, raise_plan_ending
from sessions.application.deadlines.raise_plan_task_overdue import raise_plan_task_overdue
from sessions.application.deadlines.raise_rems_form_overdue import raise_rems_form_overdue
from sessions.application.deadlines.raise_running_long import raise_running_long
from sessions.application.deadlines.raise_vitals_alarm import raise_vitals_alarm
from sessions.application.ports import Ports

DEADLINES: tuple[Deadline[Ports], ...] = (
    Deadline("raise_vitals_alarm", next=lambda ports: ports.sessions.next_due(), fire=raise_vitals_alarm),
    Deadline("raise_running_long", next=lambda ports: ports.sessions.next_to_overrun(), fire=raise_running_long),
    Deadline("raise_integration_overdue", next=lambda ports: ports.courses.next_due(), fire=raise_integration_overdue),
    Deadline("raise_rems_form_overdue", next=lambda ports: ports.rems_forms.next_due(), fire=raise_rems_form_overdue),
    Deadline("raise_contact_overdue", next=lambda ports: ports.contacts.next_due(), fire=raise_contact_overdue),
    Deadline("raise_outreach_overdue", next=lambda ports: ports.outreaches.next_due(), fire=raise_outreach_overdue),
    Deadline("raise_plan_task_overdue", next=lambda ports: ports.plan_tasks.next_due(), fire=raise_plan_task_overdue),
    Deadline("raise_plan_ending", next=next_plan_ending, fire=raise_plan_ending),
    Deadline("raise_order_unsigned", next=lambda ports: ports.medication.next_due(), fire=raise_order_unsigned),
    Deadline(
        "raise_dose_unreviewed", next=lambda ports: ports.sessions.next_review_overdue(), fire=raise_dose_unreviewed
    ),
    Deadline(
        "raise_medicine_unreviewed",
        next=lambda ports: ports.medication.next_review_overdue(),
        fire=raise_medicine_unreviewed,
    ),
    Deadline("raise_drug_task_overdue", next=lambda ports: ports.drug_cases.next_due(), fire=raise_drug_task_overdue),
    Deadline("raise_inventory_due", next=lambda ports: ports.inventories.next_due(), fire=raise_inventory_due),
    Deadline(
        "raise_first_inventory_overdue",
        next=lambda ports: ports.first_inventories.next_due(),
        fire=raise_first_inventory_overdue,
    ),
    Deadline("expire_consent", next=lambda ports: ports.consents.next_due(), fire=expire_consent),
)
