"""What booking answers over HTTP."""

from booking.application.use_cases import Booking
from booking.entrypoints.http import (
    absence_routes,
    appointment_routes,
    availability_routes,
    calendar_routes,
    desk_inquiry_routes,
    erasure_routes,
    inquiry_routes,
    message_routes,
    patient_routes,
    practitioner_routes,
    public_routes,
    room_routes,
    task_routes,
    waitlist_routes,
)
from booking.entrypoints.http.access import ACCESS
from booking.entrypoints.pages import day_board, free_call, inquiry, messages, my_visits
from booking.entrypoints.pages.desk import (
    absences,
    booking,
    calendar,
    closed_inquiries,
    inquiries,
    moving,
    patients,
    tasks,
    visits,
    waitlist,
)
from careflow_service.service import Http

HTTP: Http[Booking] = Http(
    title="CareFlow booking",
    description="When, where, with whom, and where each patient stands on the care path.",
    routers=(
        patient_routes.router,
        erasure_routes.router,
        practitioner_routes.router,
        room_routes.router,
        absence_routes.router,
        availability_routes.router,
        appointment_routes.router,
        calendar_routes.router,
        waitlist_routes.router,
        task_routes.router,
        message_routes.router,
        public_routes.router,
        inquiry_routes.router,
        desk_inquiry_routes.router,
        inquiry.router,
        free_call.router,
        messages.router,
        day_board.router,
        calendar.router,
        patients.router,
        booking.router,
        visits.router,
        moving.router,
        absences.router,
        waitlist.router,
        tasks.router,
        closed_inquiries.router,
        inquiries.router,
        my_visits.way_in,
        my_visits.router,
    ),
    access=ACCESS,
    pages="booking.entrypoints.pages",
    visitors=lambda app: app.sitting_down,
)
