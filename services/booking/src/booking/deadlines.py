"""What booking waits for and does by itself, in one table; run by `timers`, which needs no Kafka."""

from booking.application.deadlines.call_off_visit import call_off_visit, next_cancellation
from booking.application.deadlines.check_visits import check_visits, next_check
from booking.application.deadlines.close_day import leave_unmarked, next_day_end
from booking.application.deadlines.end_waiting import end_waiting, next_end_of_waiting
from booking.application.deadlines.lapse_hold import lapse_hold, next_lapse
from booking.application.deadlines.offer_freed_time import next_freed_time, offer_freed_time
from booking.application.deadlines.remind_patient import next_reminder, remind_patient
from booking.application.deadlines.send_message import next_message, send_message, settle_message
from booking.application.deadlines.tell_desk import next_alarm, ring, settle_alarm
from booking.application.deadlines.tell_erasure_late import next_late_erasure, tell_erasure_late
from booking.application.deadlines.tell_name import next_name_to_tell, tell_name
from booking.application.deadlines.tell_patient_again import next_to_tell_again, tell_patient_again
from booking.application.deadlines.tell_record_request import next_told_record_request, tell_record_request
from booking.application.deadlines.wake_alarm import next_waking, wake_alarm
from booking.application.ports import Ports
from careflow_service.deadlines import Deadline, Effect

DEADLINES: tuple[Deadline[Ports], ...] = (
    Deadline("lapse_hold", next=next_lapse, fire=lapse_hold),
    Deadline("call_off_visit", next=next_cancellation, fire=call_off_visit),
    Deadline("leave_unmarked", next=next_day_end, fire=leave_unmarked),
    Deadline("check_visits", next=next_check, fire=check_visits),
    Deadline("offer_freed_time", next=next_freed_time, fire=offer_freed_time),
    Deadline("end_waiting", next=next_end_of_waiting, fire=end_waiting),
    Deadline("remind_patient", next=next_reminder, fire=remind_patient),
    Deadline("wake_alarm", next=next_waking, fire=wake_alarm),
    Deadline("tell_erasure_late", next=next_late_erasure, fire=tell_erasure_late),
    Deadline("tell_name", next=next_name_to_tell, fire=tell_name),
    Deadline("tell_patient_again", next=next_to_tell_again, fire=tell_patient_again),
    Deadline("tell_record_request", next=next_told_record_request, fire=tell_record_request),
)

EFFECTS: tuple[Effect[Ports], ...] = (
    Effect("tell_patient", next=next_message, perform=send_message, settle=settle_message),
    Effect("tell_desk", next=next_alarm, perform=ring, settle=settle_alarm),
)
