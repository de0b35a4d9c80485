"""What is recorded of a version, as a page for people who did not make it.

The front matter is that of the Hugging Face Hub's model cards, so that such tools read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import yaml

from trainyardctl.snapshot import Raw, Snapshot, at, condition, name_of

NOT_RECORDED = "not recorded"
_TASKS = {"Classification": "tabular-classification", "Regression": "tabular-regression"}


class CardFormat(StrEnum):
    """In which form a card is written."""

    MARKDOWN = "markdown"
    CYCLONEDX = "cyclonedx"
    IN_TOTO = "in-toto"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A version, and what else the namespace knows of it."""

    version: Raw
    data: Raw | None
    """Its version of the data, as the Dataset lists it; None: no Dataset lists it any more."""
    dataset: str
    approvals: Sequence[Raw]
    served_by: Sequence[Raw]
    """ModelDeployments in which it is stable, on its way, or was."""

    @property
    def bundle_digest(self) -> str:
        """The digest that names its bytes."""
        return str(at(self.version, "spec.bundleDigest") or "")


def recorded(snapshot: Snapshot, version: Raw, approvals: Sequence[Raw]) -> Recorded:
    """Return the version with what the objects of its namespace say of it."""
    spec = version.get("spec", {})
    dataset, data = _data(snapshot, str(spec.get("datasetDigest") or ""))
    digest = spec.get("bundleDigest")
    return Recorded(
        version=version,
        data=data,
        dataset=dataset,
        approvals=[a for a in approvals if at(a, "spec.bundleDigest") == digest],
        served_by=[d for d in snapshot.of("ModelDeployment") if _roles(d, digest)],
    )


def _data(snapshot: Snapshot, digest: str) -> tuple[str, Raw | None]:
    for dataset in snapshot.of("Dataset"):
        for version in at(dataset, "status.versions") or ():
            if version.get("digest") == digest:
                return name_of(dataset), version
    return "", None


def _roles(deployment: Raw, digest: object) -> list[str]:
    roles = ("stable", "canary", "previous")
    return [r for r in roles if at(deployment, f"status.{r}.bundleDigest") == digest]


def model_card(of: Recorded) -> str:
    """Return the card: Markdown with front matter."""
    matter = yaml.safe_dump(_front_matter(of), sort_keys=False, allow_unicode=True)
    return f"---\n{matter}---\n\n" + "\n".join(_lines(of)) + "\n"


def _front_matter(of: Recorded) -> dict[str, Any]:
    spec = of.version.get("spec", {})
    task = _TASKS.get(str(spec.get("task")), "other")
    metrics = spec.get("metrics") or {}
    results = [
        {"type": name, "value": float(value), "name": name} for name, value in metrics.items()
    ]
    data = {"type": str(spec.get("datasetDigest", "")), "name": of.dataset or NOT_RECORDED}
    result = {"task": {"type": task}, "dataset": data, "metrics": results}
    return {
        "library_name": spec.get("runtime") or "onnx",
        "pipeline_tag": task,
        "tags": ["trainyard", *([of.dataset] if of.dataset else [])],
        "model-index": [{"name": name_of(of.version), "results": [result] if results else []}],
    }


def _lines(of: Recorded) -> Iterator[str]:
    yield f"# {name_of(of.version)}"
    yield from _what(of)
    yield from _table("Data", _data_rows(of))
    yield from _table("What it reached on the test rows", _metric_rows(of), ("Metric", "Value"))
    yield from _gates(of)
    yield from _approvals(of)
    yield from _service(of)
    yield from _limits(of)


def _what(of: Recorded) -> Iterator[str]:
    spec = of.version.get("spec", {})
    libraries = ", ".join(f"{k} {v}" for k, v in sorted((spec.get("libraries") or {}).items()))
    rows = (
        ("Bytes", of.bundle_digest),
        ("Task", f"{spec.get('task') or NOT_RECORDED}, target `{spec.get('target', '')}`"),
        ("Recipe", str(spec.get("recipe") or NOT_RECORDED)),
        ("Author of the recipe", str(spec.get("author") or NOT_RECORDED)),
        ("Run", f"{spec.get('run')} of TrainingJob {at(of.version, 'spec.trainingJob.name')}"),
        ("Because", _cause(of)),
        ("Trained by", f"{spec.get('image') or NOT_RECORDED}; {libraries}".removesuffix("; ")),
        ("Its code", _code(spec.get("code") or {})),
        ("Served by", str(spec.get("runtime") or NOT_RECORDED)),
    )
    yield from _table("What it is", rows)


def _code(code: Raw) -> str:
    if not code:
        return NOT_RECORDED
    dirty = ", with changes that are in no revision" if code.get("dirty") else ""
    return f"{code.get('revision')} of {code.get('source') or 'a repository'}{dirty}"


def _cause(of: Recorded) -> str:
    cause = at(of.version, "spec.cause") or {}
    return f"{cause.get('kind', NOT_RECORDED)}: {cause.get('message', '')}".removesuffix(": ")


def _data_rows(of: Recorded) -> Iterator[tuple[str, str]]:
    spec = of.version.get("spec", {})
    if not spec.get("datasetDigest"):
        yield "Version", "none: the model was imported without data, and nothing was measured"
        return
    yield "Version", str(spec["datasetDigest"])
    yield "Rows", f"{spec.get('trainRows', 0)} to train on, {spec.get('testRows', 0)} to test on"
    if of.data is None:
        yield "Dataset", "no Dataset lists this version any more"
        return
    yield "Dataset", of.dataset
    for field, words in (("source", "Source"), ("foundAt", "Found"), ("columns", "Columns")):
        if of.data.get(field):
            yield words, str(of.data[field])
    if of.data.get("difference"):
        yield "Against the version before", str(of.data["difference"])


def _metric_rows(of: Recorded) -> Iterator[tuple[str, str]]:
    for name, value in sorted((at(of.version, "spec.metrics") or {}).items()):
        yield name, str(value)


def _gates(of: Recorded) -> Iterator[str]:
    evaluations = at(of.version, "status.evaluations") or ()
    accepted = condition(of.version, "Accepted") or {}
    yield "\n## Gates\n"
    said = f"{accepted.get('reason', 'not judged yet')}: {accepted.get('message', '')}"
    yield said.removesuffix(": ")
    if not evaluations:
        return
    yield "\n| Gate | Kind | Outcome | Found |\n| --- | --- | --- | --- |"
    for gate in evaluations[-1].get("gates") or ():
        yield _row(*(gate.get(field, "") for field in ("name", "kind", "outcome", "message")))


def _approvals(of: Recorded) -> Iterator[str]:
    yield "\n## Approvals\n"
    if not of.approvals:
        yield "Nobody approved or rejected this version."
        return
    yield "| Who | Said | In roles | When | Comment |\n| --- | --- | --- | --- | --- |"
    for found in sorted(of.approvals, key=lambda a: str(at(a, "metadata.creationTimestamp"))):
        spec = found.get("spec", {})
        roles = ", ".join(spec.get("roles") or ())
        said = (spec.get("approver", ""), spec.get("decision", ""), roles)
        when = at(found, "metadata.creationTimestamp")
        yield _row(*said, when, spec.get("comment", ""))


def _service(of: Recorded) -> Iterator[str]:
    yield "\n## In service\n"
    if not of.served_by:
        yield "No ModelDeployment of this namespace serves it."
    for deployment in of.served_by:
        roles = ", ".join(_roles(deployment, of.bundle_digest))
        yield f"- ModelDeployment {name_of(deployment)}: {roles}"
        if "stable" in roles:
            for signal in at(deployment, "status.signals") or ():
                yield f"    - signal {signal.get('kind')}: {signal.get('message', '')}"


def _limits(of: Recorded) -> Iterator[str]:
    yield "\n## Limits\n"
    yield "- The figures are of the test rows of this version of the data, and of nothing else."
    kinds = {g.get("kind") for e in at(of.version, "status.evaluations") or () for g in e["gates"]}
    if "Slice" not in kinds:
        yield "- No gate looked at slices of the rows one by one."
    if "Fairness" not in kinds:
        yield "- No gate compared how groups of people are treated."
    if not of.approvals:
        yield "- No person's judgement of it is on record."


def _table(
    title: str, rows: Iterator[tuple[str, str]] | Sequence[tuple[str, str]], head: Any = ("", "")
) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield f"{_row(*head)}\n| --- | --- |"
    for row in rows:
        yield _row(*row)


def _row(*cells: object) -> str:
    """Return a row of a table; what a cell says cannot end it."""
    texts = (" ".join(str(cell).split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(texts)} |"
