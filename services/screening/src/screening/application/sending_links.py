"""A patient who is asked something is given a link to it, which booking sends them."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.answer_links import AnswerLink
from screening.domain.case import Case
from screening.domain.ids import LinkId, PatientId
from screening.domain.patients import PatientDetails


async def known_of(patient_id: PatientId, ports: Ports) -> PatientDetails:
    """What booking has said of the patient; asked for before anything is written."""
    patient = await ports.patients.find(patient_id, of=patient_id)
    return patient.details if patient else PatientDetails()


async def send_link(case: Case, known: PatientDetails, tx: Transaction, ports: Ports) -> None:
    """To all that the patient is asked for now. Who is not known yet is given one when they are; nobody is where no
    address of this service is known.
    """
    link_id = LinkId(tx.new_id())
    whole = ports.link_addresses.whole(link_id)
    if whole is None or known.born_on is None or not case.waiting:
        return
    link = AnswerLink.issued(link_id, case.patient_id, known, ports.policy.answer_links, by=None, now=tx.now)
    answer_by = min(each.due_at for each in case.waiting)
    await ports.links.add(link.to_be_sent(whole, answer_by=answer_by, now=tx.now), tx)
