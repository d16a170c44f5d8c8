"""Bills of materials, CycloneDX 1.6: of an image all that is installed in it, of the wheel what it asks for.

Invariant: each is valid by the standard's own schema, and the same for the same contents.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from email.message import Message
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from packaging.requirements import Requirement

from careflow_cli.errors import CareflowError
from careflow_cli.release.contents import Contents

LICENSES = LicenseFactory()


def of_image(name: str, version: str, contents: Contents, made_at: datetime) -> bytes:
    """Of an image of ours."""
    algorithm, _, digest = contents.id.partition(":")
    root = Component(
        type=ComponentType.CONTAINER,
        name=name,
        version=version,
        bom_ref=name,
        purl=PackageURL("oci", None, name, contents.id),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)] if algorithm == "sha256" else [],
        licenses=_licensed("Apache-2.0"),
    )
    system = contents.system
    distro = f"{system['name']}-{system['version']}"
    return _written(
        root,
        [
            Component(
                type=ComponentType.OPERATING_SYSTEM, name=system["name"], version=system["version"], bom_ref=distro
            ),
            Component(type=ComponentType.PLATFORM, name="python", version=contents.python, bom_ref="python"),
            *(
                Component(
                    name=each["name"],
                    version=each["version"],
                    bom_ref=f"pypi:{each['name']}",
                    purl=PackageURL("pypi", None, _normal(each["name"]), each["version"]),
                    licenses=_licensed(each["license"]),
                )
                for each in contents.distributions
            ),
            *(
                Component(
                    name=each["name"],
                    version=each["version"],
                    bom_ref=f"deb:{each['name']}",
                    purl=PackageURL(
                        "deb",
                        system["name"],
                        each["name"],
                        each["version"],
                        {"arch": each["architecture"], "distro": distro},
                    ),
                )
                for each in contents.packages
            ),
        ],
        made_at,
    )


def of_wheel(metadata: Message, digest: str, made_at: datetime) -> bytes:
    """Of a wheel by its metadata: whoever installs it chooses the versions of what it asks for."""
    name, version = metadata["Name"], metadata["Version"]
    root = Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=version,
        bom_ref=name,
        purl=PackageURL("pypi", None, _normal(name), version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        licenses=_licensed(metadata["License-Expression"]),
    )
    asked: dict[str, list[Requirement]] = {}
    for requirement in map(Requirement, metadata.get_all("Requires-Dist", [])):
        asked.setdefault(_normal(requirement.name), []).append(requirement)
    return _written(
        root,
        [
            Component(
                name=each,
                bom_ref=f"pypi:{each}",
                purl=PackageURL("pypi", None, each),
                scope=ComponentScope.OPTIONAL if all(one.marker for one in wanted) else ComponentScope.REQUIRED,
                properties=[Property(name="careflow:requirement", value=str(one)) for one in wanted],
            )
            for each, wanted in asked.items()
        ],
        made_at,
    )


def _written(root: Component, held: Iterable[Component], made_at: datetime) -> bytes:
    components = list(held)
    known = "\n".join(sorted(str(each.purl or each.name) for each in (root, *components)))
    bom = Bom(
        serial_number=uuid5(NAMESPACE_URL, known),
        metadata=BomMetaData(component=root, timestamp=made_at),
        components=components,
    )
    bom.register_dependency(root, components)
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise CareflowError(f"the bill of materials of {root.name} is not valid: {fault.data}")
    return json.dumps(json.loads(text), indent=2, sort_keys=True).encode() + b"\n"


def _licensed(said: str | None) -> list[License]:
    return [LICENSES.make_from_string(said)] if said else []


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
