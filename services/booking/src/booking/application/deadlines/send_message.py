"""A message goes out, and what became of it is recorded: an effect, performed by `timers`.

Handed on and not yet recorded when the process died, it goes out once more: with the same id, by which programs for
mail and the gateway know it again.
"""

from booking.application.messaging import Messenger
from booking.application.ports import Ports
from booking.application.telling import note_outcome
from booking.domain.ids import MessageId
from booking.domain.messages import Attempt, MessageState
from careflow_service.work import Transaction


async def next_message(ports: Ports) -> str | None:
    """The message that may be attempted now."""
    due = await ports.messages.next_due()
    return due[1] if due and due[0] <= ports.clock() else None


async def send_message(message_id: str, ports: Ports) -> Attempt | None:
    """Hand the message on; None when it is settled."""
    message = await ports.messages.get(MessageId(message_id))
    return await Messenger(ports).attempt(message) if message.state is MessageState.PLANNED else None


async def settle_message(message_id: str, attempt: Attempt | None, tx: Transaction, ports: Ports) -> None:
    """Record what became of it. Whom no message reaches somebody has to tell."""
    before = await ports.messages.get(MessageId(message_id))
    if attempt is None or before.state is not MessageState.PLANNED:
        return
    after = before.attempted(attempt, now=tx.now)
    await ports.messages.save(after, expecting=before.version, tx=tx)
    await note_outcome(after, tx, ports)
