"""Bearer tokens: who they speak for, and the issuer development has instead of an identity provider."""

from careflow_service.tokens.development import DevelopmentIssuer
from careflow_service.tokens.keys import KeyAddress, KeyFile, RotatingKeys
from careflow_service.tokens.verifier import TokenRefused, TokenVerifier, verifier_for

__all__ = [
    "DevelopmentIssuer",
    "KeyAddress",
    "KeyFile",
    "RotatingKeys",
    "TokenRefused",
    "TokenVerifier",
    "verifier_for",
]
