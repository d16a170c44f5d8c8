"""Files by their content. Invariant: SHA-256 everywhere."""

import hashlib
from pathlib import Path


def sha256(*files: Path) -> str:
    """The digest of these files' contents, one after the other, in hexadecimal."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
