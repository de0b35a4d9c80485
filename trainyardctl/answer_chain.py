"""How did an answer come about: from its revision to release, approvals, version, recipe and data?

Each link is checked against the next: what is computed again or named on both sides is proven, what
only one side says is told as such, and what contradicts is told as wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError
from rich.text import Text
from rich.tree import Tree

from trainyard.api.v1alpha1.training_job import TrainingJobSpec
from trainyard.training_jobs.identity import inputs_digest, recipe_digest
from trainyardctl.answer import Answer
from trainyardctl.recorded import runs_when_loaded
from trainyardctl.snapshot import Raw, Snapshot, at, name_of

_ROLES = ("stable", "canary", "previous")


class Proof(StrEnum):
    """How well a link is known."""

    PROVEN = "✔"
    SAID = "·"
    WRONG = "✖"


@dataclass(frozen=True, slots=True)
class Link:
    """One fact of the chain."""

    proof: Proof
    text: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Facts about one thing."""

    title: str
    links: Sequence[Link]


@dataclass(frozen=True, slots=True)
class StoredBundle:
    """What the manifest in the store says, whose bytes have the digest that names it."""

    dataset_digest: str | None
    recipe_digest: str
    files: int


def chain_of(
    answer: Answer,
    snapshot: Snapshot,
    approvals: Sequence[Raw],
    stored: StoredBundle | None = None,
) -> Sequence[Chapter]:
    """Return the chapters, from the answer to the data."""
    versions = [
        v for v in snapshot.of("ModelVersion") if at(v, "spec.bundleDigest") == answer.bundle_digest
    ]
    chapters = [Chapter(f"answer {answer.request_id}".rstrip(), [*_answer(answer)])]
    chapters += [*_releases(answer, snapshot, approvals)]
    if stored is not None:
        chapters.append(Chapter("bundle in the store", [*_stored(stored, versions)]))
    chapters += [Chapter(f"ModelVersion {name_of(v)}", [*_version(v)]) for v in versions]
    if not versions:
        gone = Link(Proof.SAID, "no ModelVersion of this namespace has this bundle any more")
        chapters.append(Chapter("version", [gone]))
    for version in versions:
        chapters.append(Chapter("recipe", [*_recipe(version, snapshot)]))
        chapters.append(Chapter("data", [*_data(version, snapshot)]))
    return chapters


def is_sound(chapters: Sequence[Chapter]) -> bool:
    """Tell whether no link contradicts another."""
    return all(link.proof is not Proof.WRONG for chapter in chapters for link in chapter.links)


def chain_tree(answer: Answer, chapters: Sequence[Chapter]) -> Tree:
    """Return the chain as it is drawn."""
    tree = Tree(Text(answer.bundle_digest))
    styles = {Proof.PROVEN: "green", Proof.SAID: "dim", Proof.WRONG: "red"}
    for chapter in chapters:
        branch = tree.add(Text(chapter.title, style="bold"))
        for link in chapter.links:
            branch.add(Text.assemble((link.proof.value, styles[link.proof]), " ", link.text))
    return tree


def _same(what: str, found: object, expected: object) -> Link:
    """Return whether both sides name the same."""
    if found == expected:
        return Link(Proof.PROVEN, f"{what} {found}")
    return Link(Proof.WRONG, f"{what} {found}, expected {expected}")


def _answer(answer: Answer) -> Iterator[Link]:
    yield Link(Proof.SAID, f"by revision {answer.revision}, as {answer.known_from} say")
    yield Link(Proof.SAID, f"of bundle {answer.bundle_digest}, which the server verified")


def _releases(answer: Answer, snapshot: Snapshot, approvals: Sequence[Raw]) -> Iterator[Chapter]:
    found = 0
    for deployment in snapshot.of("ModelDeployment"):
        links = [*_served(answer, deployment), *_decisions(answer, deployment)]
        if links:
            found += 1
            links += _approvals(answer, deployment, approvals, snapshot)
            yield Chapter(f"ModelDeployment {name_of(deployment)}", links)
    if not found:
        text = f"no ModelDeployment of this namespace remembers {answer.revision}"
        yield Chapter("release", [Link(Proof.SAID, text)])


def _served(answer: Answer, deployment: Raw) -> Iterator[Link]:
    for role in _ROLES:
        if at(deployment, f"status.{role}.revision") == answer.revision:
            digest = at(deployment, f"status.{role}.bundleDigest")
            yield _same(
                f"{answer.revision} is {role} and serves bundle", digest, answer.bundle_digest
            )
            image = at(deployment, f"status.{role}.image")
            if image:
                yield Link(Proof.SAID, f"served by image {image}")
    for entry in at(deployment, "status.quarantine") or ():
        if entry.get("revision") == answer.revision:
            yield Link(
                Proof.SAID, f"in quarantine: {entry.get('reason')}, {entry.get('message', '')}"
            )


def _decisions(answer: Answer, deployment: Raw) -> Iterator[Link]:
    for entry in at(deployment, "status.history") or ():
        if answer.revision in str(entry.get("message", "")):
            when, reason = str(entry.get("at", "")), entry.get("reason", "")
            yield Link(Proof.SAID, f"{when} {reason}: {entry.get('message', '')}")


def _approvals(
    answer: Answer, deployment: Raw, approvals: Sequence[Raw], snapshot: Snapshot
) -> Iterator[Link]:
    authors = {
        at(v, "spec.author")
        for v in snapshot.of("ModelVersion")
        if at(v, "spec.bundleDigest") == answer.bundle_digest
    }
    for approval in approvals:
        spec = approval.get("spec", {})
        mine = at(approval, "spec.modelDeployment.name") == name_of(deployment)
        if not mine or spec.get("bundleDigest") != answer.bundle_digest:
            continue
        said = "approved" if spec.get("decision") == "Approve" else "rejected"
        roles = f" as {', '.join(spec['roles'])}" if spec.get("roles") else ""
        when = at(approval, "metadata.creationTimestamp")
        author = ", the recipe's author" if spec.get("approver") in authors else ""
        text = f"{said} by {spec.get('approver')}{roles}{author}, {when}: {name_of(approval)}"
        yield Link(Proof.PROVEN, f"{text} names this bundle")


def _stored(stored: StoredBundle, versions: Sequence[Raw]) -> Iterator[Link]:
    yield Link(Proof.PROVEN, f"the bytes of its manifest have this digest; {stored.files} files")
    for version in versions:
        name = name_of(version)
        data, recipe = at(version, "spec.datasetDigest"), at(version, "spec.recipeDigest")
        if stored.dataset_digest is not None or data is not None:
            yield _same(f"names the data of {name}:", stored.dataset_digest, data)
        yield _same(f"names the recipe of {name}:", stored.recipe_digest, recipe)


def _version(version: Raw) -> Iterator[Link]:
    spec = version.get("spec", {})
    digest = str(spec.get("bundleDigest"))
    ending = name_of(version).rpartition("-")[2]
    yield _same("its name ends in the digest's", ending, digest.removeprefix("sha256:")[:10])
    made = inputs_digest(str(spec.get("recipeDigest")), spec.get("datasetDigest"))
    yield _same("recipe and data together are the inputs", spec.get("inputsDigest"), made)
    yield Link(Proof.SAID, f"run {spec.get('run')} of TrainingJob {at(spec, 'trainingJob.name')}")
    cause = spec.get("cause") or {}
    yield Link(Proof.SAID, f"because {cause.get('kind')}: {cause.get('message', '')}")
    if spec.get("image"):
        yield Link(Proof.SAID, f"code: image {spec['image']}")
    code = spec.get("code") or {}
    if code:
        dirty = ", with changes that are in no revision" if code.get("dirty") else ""
        said = f"revision {code.get('revision')} {code.get('source') or ''}".rstrip()
        yield Link(Proof.SAID, f"code, as its container says: {said}{dirty}")
    runs = runs_when_loaded(spec)
    if runs:
        yield Link(Proof.SAID, f"what loads it runs {runs}")
    for name, value in sorted((spec.get("metrics") or {}).items()):
        yield Link(Proof.SAID, f"{name} {value} on {spec.get('testRows', 0)} test rows")
    evaluations = at(version, "status.evaluations") or ()
    for gate in (evaluations[-1].get("gates") or ()) if evaluations else ():
        yield Link(
            Proof.SAID, f"gate {gate.get('name')}: {gate.get('outcome')}, {gate.get('message', '')}"
        )


def _recipe(version: Raw, snapshot: Snapshot) -> Iterator[Link]:
    spec = version.get("spec", {})
    yield Link(Proof.SAID, str(spec.get("recipe") or "not recorded"))
    if spec.get("author"):
        yield Link(Proof.SAID, f"written by {spec['author']}")
    name = at(spec, "trainingJob.name")
    job = next((j for j in snapshot.of("TrainingJob") if name_of(j) == name), None)
    now = _digest_of_recipe(job)
    if now is None:
        yield Link(Proof.SAID, f"digest {spec.get('recipeDigest')}; TrainingJob {name} is gone")
    elif now == spec.get("recipeDigest"):
        yield Link(Proof.PROVEN, f"digest {now}, as of TrainingJob {name} today")
    else:
        said = f"digest {spec.get('recipeDigest')}; TrainingJob {name} has another recipe today"
        yield Link(Proof.SAID, said)


def _digest_of_recipe(job: Raw | None) -> str | None:
    if job is not None:
        with suppress(ValidationError):  # of a release that knows other fields
            return recipe_digest(TrainingJobSpec.model_validate(job.get("spec", {})))
    return None


def _data(version: Raw, snapshot: Snapshot) -> Iterator[Link]:
    digest = at(version, "spec.datasetDigest")
    if digest is None:
        yield Link(Proof.SAID, "none: the model was imported without data")
        return
    for dataset in snapshot.of("Dataset"):
        for found in at(dataset, "status.versions") or ():
            if found.get("digest") == digest:
                rows = f"{found.get('rows')} rows, found {found.get('foundAt')}"
                yield Link(Proof.PROVEN, f"version {digest} of Dataset {name_of(dataset)}: {rows}")
                return
    yield Link(Proof.SAID, f"version {digest}; no Dataset of this namespace lists it any more")
