"""Each patient once, whatever comes twice: python with_a_database.py BOOTSTRAP_SERVERS GROUP FILE"""

import sqlite3
import sys

from careflow_events.contracts import PatientRegistered
from careflow_events.kafka.subscriber import Reached, Received, Subscriber

TABLES = """
CREATE TABLE IF NOT EXISTS patients (id TEXT PRIMARY KEY, since TEXT);
CREATE TABLE IF NOT EXISTS places (stream TEXT PRIMARY KEY, sequence INTEGER, event_id TEXT);
"""
PUT = """
INSERT INTO places VALUES (?, ?, ?) ON CONFLICT (stream) DO
UPDATE SET sequence = excluded.sequence, event_id = excluded.event_id WHERE excluded.sequence > sequence
"""


class Clinic:
    """What is known of the clinic, and how far each stream was handled: in one database."""

    def __init__(self, file: str) -> None:
        self.database = sqlite3.connect(file)
        self.database.executescript(TABLES)

    async def registered(self, event: Received[PatientRegistered]) -> None:
        """The patient and the place in the stream in one transaction: both, or neither."""
        with self.database as transaction:
            transaction.execute("INSERT INTO patients VALUES (?, ?)", (event.data.patient_id, event.time.isoformat()))
            transaction.execute(PUT, (event.stream, event.sequence, event.id))

    async def find(self, stream: str) -> Reached | None:
        """How far the stream was handled."""
        found = self.database.execute("SELECT sequence, event_id FROM places WHERE stream = ?", (stream,)).fetchone()
        return None if found is None else Reached(*found)

    async def keep(self, stream: str, reached: Reached) -> None:
        """The same, of events that no handler wrote a place for."""
        with self.database as transaction:
            transaction.execute(PUT, (stream, *reached))


if __name__ == "__main__":
    clinic = Clinic(sys.argv[3])
    subscriber = Subscriber(sys.argv[1], group=sys.argv[2], places=clinic)
    subscriber.on(PatientRegistered)(clinic.registered)
    subscriber.run()
