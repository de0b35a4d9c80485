"""What is recorded of a version, as a page for people who did not make it.

The front matter is that of the Hugging Face Hub's model cards, so that such tools read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trainyardctl.card_analysis import analysis_lines
from trainyardctl.card_parties import parties_lines
from trainyardctl.card_table import table, table_row
from trainyardctl.front_matter import front_matter
from trainyardctl.recorded import (
    NOT_RECORDED,
    Recorded,
    live_qualities,
    roles_of,
    runs_when_loaded,
)
from trainyardctl.snapshot import Raw, at, condition, name_of

_PEOPLE = (
    ("Intended use", "intendedUse"),
    ("Not to be used for", "outOfScopeUse"),
    ("Owners", "owners"),
    ("Licence", "license"),
)


def model_card(of: Recorded, pictures: Mapping[str, str] | None = None) -> str:
    """Return the card: Markdown with front matter; `pictures` lie beside it, by file name."""
    return front_matter(of) + "\n" + "\n".join(_lines(of, pictures or {})) + "\n"


def _lines(of: Recorded, pictures: Mapping[str, str]) -> Iterator[str]:
    yield f"# {name_of(of.version)}"
    yield from table("What it is for", _people_rows(of))
    yield from _what(of)
    yield from table("Data", _data_rows(of))
    yield from parties_lines(of)
    yield from table("What it reached on the test rows", _metric_rows(of), ("Metric", "Value"))
    yield from analysis_lines(of, pictures)
    yield from _gates(of)
    yield from _approvals(of)
    yield from _service(of)
    yield from _limits(of)


def _people_rows(of: Recorded) -> Iterator[tuple[str, str]]:
    for words, field in _PEOPLE:
        said = of.said.get(field) or NOT_RECORDED
        yield words, said if isinstance(said, str) else ", ".join(map(str, said))


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
    runs = runs_when_loaded(spec)
    yield from table("What it is", [*rows, *([("Runs when it is loaded", runs)] if runs else [])])


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
        yield table_row(*(gate.get(field, "") for field in ("name", "kind", "outcome", "message")))


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
        yield table_row(*said, when, spec.get("comment", ""))


def _service(of: Recorded) -> Iterator[str]:
    yield "\n## In service\n"
    if not of.served_by:
        yield "No ModelDeployment of this namespace serves it."
    for deployment in of.served_by:
        roles = ", ".join(roles_of(deployment, of.bundle_digest))
        yield f"- ModelDeployment {name_of(deployment)}: {roles}"
        if "stable" in roles:
            for signal in at(deployment, "status.signals") or ():
                yield f"    - signal {signal.get('kind')}: {signal.get('message', '')}"
    for live in live_qualities(of):
        found = f"{live.value} ({live.low} to {live.high})" if live.value else live.why
        yield (
            f"- {live.metric} on {live.rows} labelled live rows of {live.deployment}, as joined"
            f" {live.at}: {found}"
        )


def _limits(of: Recorded) -> Iterator[str]:
    yield "\n## Limits\n"
    yield "- The figures are of the test rows of this version of the data, and of nothing else."
    if runs_when_loaded(of.version.get("spec", {})):
        yield "- Whatever loads it runs code of its maker, with the rights of that process."
    kinds = {g.get("kind") for e in at(of.version, "status.evaluations") or () for g in e["gates"]}
    if of.said.get("limitations"):
        yield f"- {' '.join(str(of.said['limitations']).split())}"
    if not of.analysis:
        yield "- What columns are worth to it was not looked at."
    if "Slice" not in kinds:
        yield "- No gate looked at slices of the rows one by one."
    if "Fairness" not in kinds:
        yield "- No gate compared how groups of people are treated."
    if not of.approvals:
        yield "- No person's judgement of it is on record."
