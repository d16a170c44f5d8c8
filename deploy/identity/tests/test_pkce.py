"""Nobody begins a login whose code would be of use to another program."""

import asyncio
from typing import Any

import pytest

from careflow_identity.pkce import AUTHORIZATION, Message, ProofDemanded

PROOF = "code_challenge=abc&code_challenge_method=S256"


def asked(path: str, query: str) -> int:
    """The status of the answer; 200 is the provider's own."""
    sent: list[Message] = []

    async def provider(_scope: Message, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "query_string": query.encode()}
    asyncio.run(ProofDemanded(provider)(scope, lambda: None, send))  # type: ignore[arg-type, return-value]
    return int(sent[0]["status"])


def test_who_proves_to_be_who_asked_goes_on() -> None:
    assert asked(AUTHORIZATION, f"client_id=desk&{PROOF}") == 200


@pytest.mark.parametrize(
    "query",
    [
        "client_id=desk",
        "client_id=desk&code_challenge=abc",
        "client_id=desk&code_challenge=abc&code_challenge_method=plain",
        "client_id=desk&code_challenge=&code_challenge_method=S256",
        f"client_id=desk&{PROOF}&code_challenge_method=plain",
        f"client_id=desk&{PROOF}&code_challenge=another",
    ],
)
def test_without_one_proof_nobody_begins(query: str) -> None:
    assert asked(AUTHORIZATION, query) == 400


@pytest.mark.parametrize("path", ["/oauth/token", "/login", "/.well-known/openid-configuration"])
def test_everything_else_is_the_providers(path: str) -> None:
    assert asked(path, "") == 200
