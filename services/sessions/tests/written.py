"""What the tests do with notes over HTTP."""

import httpx

from careflow_service.testing.calling import Caller
from services.sessions.tests.clinic import ok
from services.sessions.tests.world import World


async def drafts_note(
    world: World,
    session_id: str,
    text: str = "calm, spoke of the sea",
    *,
    by: Caller | None = None,
    kind: str = "therapy",
) -> str:
    """The therapist drafts a note; answers its id."""
    body = {"kind": kind, "text": text}
    return str(ok(await (by or world.therapist).post(f"/v1/sessions/{session_id}/notes", body), 201)["id"])


async def signs_note(world: World, note_id: str, version: int = 1) -> httpx.Response:
    return await world.therapist.post(f"/v1/notes/{note_id}/sign", version=version)


async def adds_to_note(world: World, note_id: str, text: str = "slept well") -> httpx.Response:
    """The nurse adds to what was signed."""
    return await world.nurse.post(f"/v1/notes/{note_id}/addenda", {"text": text})


async def keeps_note(world: World, session_id: str, text: str = "her father", *, by: Caller | None = None) -> str:
    """The therapist writes a psychotherapy note; answers its id."""
    path = f"/v1/sessions/{session_id}/psychotherapy-notes"
    return str(ok(await (by or world.therapist).post(path, {"text": text}), 201)["id"])


async def keeps_more(world: World, note_id: str, text: str = "and her mother") -> httpx.Response:
    return await world.therapist.post(f"/v1/psychotherapy-notes/{note_id}/passages", {"text": text})
