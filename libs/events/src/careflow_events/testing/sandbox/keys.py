"""The keys of the sandbox: the same for the same seed, so they protect nothing."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from careflow_events.sealing import Sealer
from careflow_events.topics import SERVICES

_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many keys the curve P-256 has."""
_PRIVATE: Final = "d"


def key_ring(consumer: str, seed: int, numbers: Sequence[int] = (1, 2)) -> dict[str, Any]:
    """The private keys of a consumer as `KeyRing` takes them; 2 is the one it rotates to."""
    return {"keys": [_key(consumer, seed, number) for number in numbers]}


def public_keys(seed: int, numbers: Sequence[int]) -> dict[str, Any]:
    """These public keys of every consumer, as `Sealer` takes them."""
    keys = [_key(consumer, seed, number) for consumer in SERVICES for number in numbers]
    return {"keys": [{name: part for name, part in key.items() if name != _PRIVATE} for key in keys]}


def sealer(seed: int, numbers: Sequence[int]) -> Sealer:
    """Seals to these keys of each consumer."""
    return Sealer(public_keys(seed, numbers))


def _key(consumer: str, seed: int, number: int) -> dict[str, str]:
    drawn = sha256(f"careflow:sandbox/{seed}/{consumer}-{number}".encode()).digest()
    secret = int.from_bytes(drawn, "big") % (_ORDER - 1) + 1
    point = ec.derive_private_key(secret, ec.SECP256R1()).public_key().public_numbers()
    parts = {"x": point.x, "y": point.y, _PRIVATE: secret}
    return {
        "kty": "EC",
        "crv": "P-256",
        "kid": f"{consumer}-{number}",
        **{name: _text(part) for name, part in parts.items()},
    }


def _text(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()
