"""Checksums of all files of a release, and their signature.

Both are read with what every machine has: `sha256sum --check`, and `ssh-keygen -Y verify`.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path

from careflow_cli.errors import CareflowError

SUMS = "SHA256SUMS"
NAMESPACE = "careflow-release"
"""What a signature is for, so that none for something else counts."""


def digest(file: Path) -> str:
    """SHA-256 of a file of any size."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def write(folder: Path) -> Path:
    """Of every file that lies in the folder, whole."""
    files = sorted(each.name for each in folder.iterdir() if not each.name.startswith(SUMS))
    place = folder / SUMS
    place.write_text("".join(f"{digest(folder / name)}  {name}\n" for name in files), "utf-8")
    return place


def sign(sums: Path, key: Path) -> None:
    """With an SSH key, beside the checksums. Raises CareflowError."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise CareflowError("ssh-keygen is not installed: without it nothing is signed")
    done = subprocess.run(
        [program, "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(key), str(sums)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise CareflowError(f"{key} did not sign: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
