"""What do model hubs read at the top of a card?

https://huggingface.co/docs/hub/model-cards#model-card-metadata
"""

from __future__ import annotations

from typing import Any

import yaml

from trainyardctl.recorded import NOT_RECORDED, Recorded
from trainyardctl.snapshot import name_of

_TASKS = {"Classification": "tabular-classification", "Regression": "tabular-regression"}


def front_matter(of: Recorded) -> str:
    """Return it as YAML between its two lines of dashes."""
    matter = yaml.safe_dump(_front_matter(of), sort_keys=False, allow_unicode=True)
    return f"---\n{matter}---\n"


def _front_matter(of: Recorded) -> dict[str, Any]:
    spec = of.version.get("spec", {})
    task = _TASKS.get(str(spec.get("task")), "other")
    found: dict[str, Any] = {}
    if of.said.get("license"):
        found["license"] = str(of.said["license"]).lower()
    found |= {
        "library_name": spec.get("runtime") or "onnx",
        "pipeline_tag": task,
        "tags": ["trainyard", *([of.dataset] if of.dataset else [])],
    }
    metrics = [
        {"type": name, "value": float(value), "name": name}
        for name, value in (spec.get("metrics") or {}).items()
    ]
    if metrics:
        data = {"type": str(spec.get("datasetDigest", "")), "name": of.dataset or NOT_RECORDED}
        result = {"task": {"type": task}, "dataset": data, "metrics": metrics}
        found["model-index"] = [{"name": name_of(of.version), "results": [result]}]
    return found
