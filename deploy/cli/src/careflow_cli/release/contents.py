"""What an image holds. It is asked of the image itself, by the image's own Python: a bill of materials says what is
there, not what was meant to be.
"""

import json
from dataclasses import dataclass
from typing import Any

from careflow_cli.deployment.examining import engine

ANSWERED_WITHIN = 300.0  # seconds: it is started for this
PROGRAM = r"""
import json, platform
from email.parser import Parser
from importlib.metadata import distributions
from pathlib import Path

def license_of(about):
    told = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier", []) if each.startswith("License ::")]
    return about.get("License-Expression") or next(iter(told), "") or about.get("License", "").partition("\n")[0]

def packages():
    for stanza in Path("/var/lib/dpkg/status").read_text("utf-8").split("\n\n"):
        about = Parser().parsestr(stanza, headersonly=True)
        if about.get("Status", "").endswith(" installed"):
            yield {"name": about["Package"], "version": about["Version"], "architecture": about["Architecture"]}

told = Path("/etc/os-release").read_text("utf-8").splitlines()
system = dict(line.replace('"', "").split("=", 1) for line in told if "=" in line)
print(json.dumps({
    "python": platform.python_version(),
    "system": {"name": system["ID"], "version": system.get("VERSION_ID", "")},
    "distributions": [
        {"name": each.metadata["Name"], "version": each.version, "license": license_of(each.metadata)}
        for each in distributions(path=["/opt/careflow/lib/python3.11/site-packages"])
    ],
    "packages": list(packages()),
}))
"""


@dataclass(frozen=True, slots=True)
class Contents:
    """Of one image: its own id, its Python, its operating system, and what is installed in both."""

    id: str
    python: str
    system: dict[str, str]
    distributions: list[dict[str, str]]
    packages: list[dict[str, str]]


def of_image(image: str) -> Contents:
    """Raises CareflowError when the engine has no such image or cannot run it."""
    (found,) = engine.images([image]).values()
    asking = ("run", "--rm", "--network", "none", "--entrypoint", "python", image, "-I", "-c", PROGRAM)
    said = engine.asked(*asking, within=ANSWERED_WITHIN)
    told: dict[str, Any] = json.loads(said)
    return Contents(found["Id"], **told)
