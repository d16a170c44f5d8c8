"""A workload asks the KMS in the role its cloud gave it, without credentials of its own."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from careflow_service.kms import Kms, KmsFailure
from careflow_service.kms.sealed import opened, sealed
from careflow_service.testing.key_service import KeyService

TOKEN = "a token of this pod's"
ROLE = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "for an hour", "Token": "of the hour"}


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Hands out the credentials of a role to whom shows the token, as the agent of EKS Pod Identity does; the statuses
    it answered with.
    """
    answered: list[int] = []

    class Agent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answered.append(200 if self.headers["Authorization"] == TOKEN else 403)
            self.send_response(answered[-1])
            self.end_headers()
            self.wfile.write(json.dumps(ROLE).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own word
            """Says nothing."""

    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(tmp_path / "token"))
    with HTTPServer(("127.0.0.1", 0), Agent) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{server.server_address[1]}/v1/c")
        yield answered
        server.shutdown()


def test_a_role_opens_and_is_asked_for_again_each_time(kms: KeyService, agent: list[int]) -> None:
    kms.credentials = {
        "accessKeyId": ROLE["AccessKeyId"],
        "secretAccessKey": ROLE["SecretAccessKey"],
        "sessionToken": ROLE["Token"],
    }
    kms.tells(credentials="workload")

    assert opened(sealed(b"a key", Kms.of(kms.variables)), Kms.of(kms.variables)) == b"a key"
    assert agent == [200, 200]


def test_whom_the_role_is_refused_is_told_so(kms: KeyService, agent: list[int], tmp_path: Path) -> None:
    (tmp_path / "token").write_text("another")
    kms.tells(credentials="workload")

    with pytest.raises(KmsFailure, match=r"^this workload has no role .* \(HTTPStatusError\)$"):
        sealed(b"a key", Kms.of(kms.variables))
    assert agent == [403]
