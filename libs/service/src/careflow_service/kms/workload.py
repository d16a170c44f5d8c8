"""The role a cloud gives a workload, in which it asks a KMS without credentials of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

WORKLOAD: Final = "workload"
"""In place of credentials."""
SECONDS: Final = 5.0
"""How long whoever hands out credentials may take."""
_TASKS: Final = "http://169.254.170.2"
"""Where a task of Amazon ECS finds its credentials (Amazon ECS developer guide, "Task IAM role")."""


def of_workload(provider: str) -> Mapping[str, Any]:
    """For Azure and Google Cloud libmongocrypt's own client asks. For AWS the endpoint that containers are told of is
    asked, as in Amazon's libraries ("Container credential provider"): that of EKS Pod Identity, or of an ECS task.
    Raises OSError, whose text shows no value.
    """
    if provider != "aws":
        return {}
    relative = os.environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    url = f"{_TASKS}{relative}" if relative else os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if not url:
        raise OSError("no AWS_CONTAINER_CREDENTIALS_FULL_URI was given")
    return _asked(url, os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))


def _asked(url: str, token_file: str | None) -> Mapping[str, Any]:
    import httpx

    try:
        token = {"Authorization": Path(token_file).read_text("ascii").strip()} if token_file else {}
        answer = httpx.get(url, headers=token, timeout=SECONDS, trust_env=False)
        told = answer.raise_for_status().json()
        return {
            "accessKeyId": told["AccessKeyId"],
            "secretAccessKey": told["SecretAccessKey"],
            "sessionToken": told["Token"],
        }
    except httpx.HTTPError as error:
        raise OSError(type(error).__name__) from None
    except (ValueError, KeyError, TypeError):
        raise OSError("what was answered are no credentials") from None
