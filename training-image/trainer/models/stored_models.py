"""How does a bundle answer the questions: the champion, or a candidate to evaluate again?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from modelbundle.faults import BundleFault
from modelbundle.loading import RuntimeName, load_packed_estimator, load_runtime
from modelbundle.manifest import FORMAT_FILES, Manifest
from modelbundle.packing import verify
from modelbundle.signature import Feature, Signature
from modelbundle.sklearn_runtime import SklearnRuntime
from trainer.models.candidates import Candidate
from trainer.pod.environment import CHAMPION_FAULT_NAME
from trainer.pod.exits import Reason, UserFault
from trainer.pod.libraries import NATIVE_LIBRARIES, library_versions

NATIVE = ("skops", "joblib")


def load_bundle(folder: Path, digest: str) -> Candidate:
    """The model of a verified bundle.

    The estimator where these very libraries wrote it: it answers to the last bit what it was
    graded with. Otherwise ONNX where there is one, whose meaning no version changes.
    Raises BundleFault.
    """
    manifest = verify(folder, digest)
    native = next((name for name in NATIVE if name in manifest.formats), None)
    if native is None or ("onnx" in manifest.formats and not _of_this_version(manifest)):
        path = folder / FORMAT_FILES["onnx"]
        return Candidate(path, load_runtime(folder, manifest, RuntimeName.ONNX), None)
    path = folder / FORMAT_FILES[native]
    estimator = load_packed_estimator(path, manifest)
    return Candidate(path, SklearnRuntime(estimator, manifest.signature), estimator)


def load_champion(
    folder: Path, digest: str, like: Signature, features: Sequence[Feature]
) -> Candidate | str:
    """The champion, or why it cannot be compared on these features with a candidate `like` this."""
    note = folder / CHAMPION_FAULT_NAME
    if note.is_file():
        return str(json.loads(note.read_text(encoding="utf-8"))["error"])
    try:
        champion = load_bundle(folder, digest)
    except BundleFault as fault:
        return str(fault)
    signature = champion.signature
    if signature.task is not like.task:
        return f"the champion is a {signature.task}, the candidate a {like.task}"
    if signature.targets != like.targets:
        return f"the champion predicts {_told(signature)}, the candidate {_told(like)}"
    return _foreign_features(signature.features, features) or champion


def load_evaluated(folder: Path, digest: str, features: Sequence[Feature]) -> Candidate:
    """The bundle that is evaluated again.

    Raises UserFault: BundleCorrupt, or ModelUnreadable when it needs other features.
    """
    try:
        candidate = load_bundle(folder, digest)
    except BundleFault as fault:
        raise UserFault(Reason.BUNDLE_CORRUPT, str(fault)) from fault
    foreign = _foreign_features(candidate.signature.features, features)
    if foreign:
        raise UserFault(Reason.MODEL_UNREADABLE, f"{digest} cannot be evaluated: {foreign}")
    return candidate


def _told(signature: Signature) -> str:
    return " and ".join(signature.targets) or "one target"


def _of_this_version(manifest: Manifest) -> bool:
    """True where every library that may answer for a model was the one that is here.

    A bundle from before a library was known of does not name it, and holds nothing of it.
    """
    written_by, here = dict(manifest.origin.libraries), library_versions()
    return all(written_by.get(name, here[name]) == here[name] for name in NATIVE_LIBRARIES)


def _foreign_features(wanted: Sequence[Feature], there: Sequence[Feature]) -> str:
    by_name = {feature.name: feature for feature in there}
    for feature in wanted:
        found = by_name.get(feature.name)
        if found is None:
            return f"it needs the feature {feature.name}, which this dataset does not have"
        if found.numeric != feature.numeric:
            return f"it needs {feature.name} as {feature.kind}, but the dataset has {found.kind}"
    return ""
