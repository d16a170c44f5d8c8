"""The compose files as an engine would understand them: anchors resolved, variables filled in, overlays merged.

Only what these files use is understood; running them for real is the business of tests/compose.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from careflow_cli.deployment.overlays import BASE, TOGETHER, Overlay

ROOT = Path(__file__).parents[2]
FILES = (BASE, *(each.file for each in Overlay), *TOGETHER.values())
VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?:(?P<how>:-|:\?)(?P<otherwise>[^}]*))?\}")

Tree = dict[str, Any]


def text(file: str) -> str:
    """A file of this repository."""
    return (ROOT / file).read_text("utf-8")


def defaults(file: str) -> dict[str, str]:
    """The variables a compose file takes from outside and what each is without: empty for one that must be given."""
    found: dict[str, str] = {}
    for each in VARIABLE.finditer(text(file)):
        otherwise = each["otherwise"] if each["how"] == ":-" else ""
        assert found.setdefault(each["name"], otherwise) == otherwise, f"{each['name']} has two defaults in {file}"
    return found


def understood(variables: Mapping[str, str]) -> Tree:
    """The deployment that these variables describe, of the files `COMPOSE_FILE` names."""
    base, *overlays = variables["COMPOSE_FILE"].split(":")
    tree = _read(base, variables)
    for overlay in overlays:
        tree = _merged(tree, _read(overlay, variables))
    return tree


def _read(file: str, variables: Mapping[str, str]) -> Tree:
    tree: Tree = _filled(yaml.safe_load(text(file)), variables)
    return {name: part for name, part in tree.items() if not name.startswith("x-")}


def _filled(node: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _filled(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, variables) for value in node]
    if isinstance(node, str):
        return VARIABLE.sub(lambda found: variables.get(found["name"]) or found["otherwise"] or "", node)
    return node


def _merged(base: Any, overlay: Any) -> Any:
    if isinstance(base, list) and isinstance(overlay, dict):
        base = dict.fromkeys(base)  # a list of networks, and what an overlay says more of one
    if isinstance(base, dict) and isinstance(overlay, dict):
        merged = {key: _merged(base.get(key), overlay.get(key)) for key in [*base, *overlay]}
        return merged | ({"command": overlay["command"]} if "command" in overlay else {})  # said anew, not added to
    if isinstance(base, list) and isinstance(overlay, list):
        return base + [each for each in overlay if each not in base]
    return base if overlay is None else overlay


def secret_names(container: Tree) -> dict[str, str]:
    """Name below /run/secrets -> the secret of the deployment that is mounted there."""
    mounted: list[dict[str, str]] = [
        {"target": each, "source": each} if isinstance(each, str) else each for each in container.get("secrets", ())
    ]
    return {each["target"]: each["source"] for each in mounted}


def secret_file(deployment: Tree, secret: str) -> Path:
    """Where a secret of the deployment lies on the host."""
    return Path(deployment["secrets"][secret]["file"])
