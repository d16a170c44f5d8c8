"""A key service for tests that speaks AWS KMS's protocol over TLS: Encrypt and Decrypt of symmetric keys, signed with
Signature Version 4, which it checks (AWS KMS API reference; AWS general reference, "Signature Version 4").
"""

import base64
import hashlib
import hmac
import json
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Thread
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY: Final = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_HOST: Final = "127.0.0.1"
_NONCE_BYTES: Final = 12


@dataclass(slots=True)
class KeyService:
    """One that runs, and the folder with what its clients are told."""

    folder: Path
    authorities: str
    host: str
    port: int = 0
    credentials: Mapping[str, str] = field(
        default_factory=lambda: {"accessKeyId": "AKIDEXAMPLE", "secretAccessKey": "a secret of a test"}
    )
    asked: list[str] = field(default_factory=list)
    """What was asked of it, in order."""
    key: AESGCM = field(default_factory=lambda: AESGCM(os.urandom(32)))

    @property
    def file(self) -> Path:
        return self.folder / "kms.json"

    @property
    def variables(self) -> dict[str, str]:
        """As a process is told of it."""
        return {"CAREFLOW_KMS_FILE": str(self.file)}

    def tells(self, **changed: object) -> None:
        """Writes the file, with these of its parts in place of the right ones."""
        key = {"region": "us-west-2", "key": KEY, "endpoint": f"{self.host}:{self.port}"}
        told = {"provider": "aws", "key": key, "credentials": self.credentials, "authorities": self.authorities}
        self.file.write_text(json.dumps(told | changed))

    def answer(self, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """As AWS KMS answers."""
        if not _is_signed(headers, body, self.credentials):
            return 400, {"__type": "UnrecognizedClientException", "message": "The security token is invalid."}
        asked: dict[str, Any] = json.loads(body)
        operation = headers["X-Amz-Target"].removeprefix("TrentService.")
        self.asked.append(operation)
        if operation == "Encrypt":
            if asked["KeyId"] != KEY:
                return 400, {"__type": "NotFoundException", "message": f"Key {asked['KeyId']!r} does not exist"}
            nonce = os.urandom(_NONCE_BYTES)
            wrapped = nonce + self.key.encrypt(nonce, base64.b64decode(asked["Plaintext"]), None)
            return 200, {"CiphertextBlob": base64.b64encode(wrapped).decode(), "KeyId": KEY}
        wrapped = base64.b64decode(asked["CiphertextBlob"])
        try:
            plain = self.key.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], None)
        except InvalidTag:
            return 400, {"__type": "InvalidCiphertextException"}
        return 200, {"Plaintext": base64.b64encode(plain).decode(), "KeyId": KEY}


@contextmanager
def key_service(folder: Path, host: str = _HOST) -> Iterator[KeyService]:
    """Runs one at this address of the machine, for the length of the block."""
    authorities, certificate = self_signed(host)
    running = KeyService(folder, authorities, host)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # libmongocrypt reads no other

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, said = running.answer(dict(self.headers.items()), body)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own word
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A client that does not believe it hangs up."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with NamedTemporaryFile("w") as file:
        file.write(certificate)
        file.flush()
        context.load_cert_chain(file.name)
    with Server((host, 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        running.port = server.server_address[1]
        running.tells()
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield running
        finally:
            server.shutdown()


def _is_signed(headers: Mapping[str, str], body: bytes, credentials: Mapping[str, str]) -> bool:
    given = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    parts = dict(each.strip().split("=", 1) for each in given["authorization"].split(" ", 1)[1].split(","))
    access_key, *scope = parts["Credential"].split("/")
    signed = parts["SignedHeaders"].split(";")
    asked = "\n".join(
        ("POST", "/", "", *(f"{name}:{given[name]}" for name in signed), "", ";".join(signed), _sha256(body))
    )
    key = f"AWS4{credentials['secretAccessKey']}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    to_sign = "\n".join(("AWS4-HMAC-SHA256", given["x-amz-date"], "/".join(scope), _sha256(asked.encode())))
    right = hmac.digest(key, to_sign.encode(), "sha256").hex()
    return (access_key, parts["Signature"], given.get("x-amz-security-token")) == (
        credentials["accessKeyId"],
        right,
        credentials.get("sessionToken"),
    )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def self_signed(host: str = _HOST) -> tuple[str, str]:
    """A certificate, PEM, that vouches for itself; and the same with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "key service")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    ).public_bytes(serialization.Encoding.PEM)
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return made.decode(), (made + key.private_bytes(*pem)).decode()
