"""Puts together what a therapy hour at a distance would rest on. Like the dose gate's, the answer is not overtaken."""

from datetime import datetime

from sessions.application.ports import Ports
from sessions.domain.distance import is_at_a_distance
from sessions.domain.gate import Gate
from sessions.domain.sessions import Session
from sessions.domain.telehealth import telehealth_gate


async def ask_telehealth(session: Session, ports: Ports, now: datetime) -> Gate | None:
    """How everything stands; None where the patient is in the room."""
    if not is_at_a_distance(session):
        return None
    consents = await ports.consents.signed_by(session.patient_id)
    policy = ports.policy
    return telehealth_gate(session.verified, consents, policy.telehealth, policy.version, now=now)
