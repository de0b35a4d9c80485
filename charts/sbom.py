"""Writes the bill of materials of the chart: the images that it installs, as CycloneDX.

Runs in the environment of requirements/sbom.txt (`make sbom`).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

CHART = Path(__file__).parent / "trainyard"


def read(name: str) -> dict[str, Any]:
    """Return a file of the chart."""
    found: dict[str, Any] = yaml.safe_load((CHART / name).read_text(encoding="utf-8"))
    return found


def images() -> dict[str, str]:
    """Return the images of the default values, by the value that names them."""
    chart, values = read("Chart.yaml"), read("values.yaml")
    own = values["image"]
    version = f"@{own['digest']}" if own["digest"] else f":{own['tag'] or chart['appVersion']}"
    return {"image": own["repository"] + version} | {
        f"images.{name}": image for name, image in values["images"].items()
    }


def component(value: str, image: str) -> Component:
    """Return the image as a component; its package URL is that of an image in a registry."""
    place, at, digest = image.partition("@")
    head, _, last = place.rpartition("/")
    name, _, tag = last.partition(":")
    repository = f"{head}/{name}" if head else name
    qualifiers = {"repository_url": repository} | ({"tag": tag} if tag else {})
    return Component(
        type=ComponentType.CONTAINER,
        name=repository,
        version=digest if at else tag,
        bom_ref=value,
        purl=PackageURL("oci", name=name, version=digest or None, qualifiers=qualifiers),
    )


def main() -> int:
    """Write the bill to the standard output."""
    chart = read("Chart.yaml")
    bom = Bom(components=[component(value, image) for value, image in images().items()])
    bom.metadata.component = Component(
        type=ComponentType.APPLICATION, name=chart["name"], version=chart["version"]
    )
    bom.register_dependency(bom.metadata.component, bom.components)
    sys.stdout.write(JsonV1Dot6(bom).output_as_string(indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
