"""The key service (KMS) that seals the files of keys of a deployment, asked by the services' own program.

Invariant: what cannot be sealed or opened takes nothing's place, and credentials stay in their file.
"""

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from careflow_cli.errors import CareflowError

KMS = "kms.json"
"""Which key service, and as whom it is asked."""
PROGRAM = "careflow_service.kms"
PATIENCE = 120  # seconds
_MARK = b'{"sealed_by":'


def is_sealed(content: bytes) -> bool:
    """Whether only a key service opens it."""
    return content.startswith(_MARK)


@dataclass(frozen=True, slots=True)
class SealingService:
    """The one that a folder of secrets names."""

    folder: Path

    def sealed(self, content: bytes) -> bytes:
        """So that only it opens that. Raises CareflowError."""
        return self.asked("seal", content)

    def opened(self, content: bytes) -> bytes:
        """What stands in it, sealed or not. Raises CareflowError."""
        return _opened(self, content) if is_sealed(content) else content

    def asked(self, way: str, content: bytes) -> bytes:
        """What its program answers. Raises CareflowError."""
        if not (self.folder / KMS).is_file():
            raise CareflowError(f"there is no {self.folder / KMS}: it says which key service")
        if importlib.util.find_spec(PROGRAM.partition(".")[0]) is None:
            raise CareflowError("the services' library is not installed here: run this in a checkout")
        try:
            done = subprocess.run(
                [sys.executable, "-m", PROGRAM, way],
                input=content,
                env={**os.environ, "CAREFLOW_KMS_FILE": str(self.folder / KMS)},
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CareflowError(f"the key service took longer than {PATIENCE} s") from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise CareflowError(said[-1] if said else "the key service was not asked")
        return done.stdout


@lru_cache(maxsize=64)
def _opened(service: SealingService, content: bytes) -> bytes:
    """Once, for a command that reads a file several times; it ends within seconds."""
    return service.asked("open", content)
