"""The model bundle: a directory named by the sha256 of its canonical manifest.

Writing one (training image):

    features = (Feature("radius", Kind.FLOAT), Feature("site", Kind.CATEGORY))
    signature = Signature(Task.CLASSIFICATION, ("no", "yes"), features, probabilities=True)
    rows = rows_of_frame(frame, features)               any table -> the rows a model sees
    model.fit(frame_for_model(frame, features), y)      fit on the table the server will build
    runtime = SklearnRuntime(model, signature)          n_jobs becomes 1; or OnnxRuntime(path, …)
    typical = typical_row(rows, signature)
    features = probed_features(runtime, typical, seen)  what happens to missing / unseen values
    write_skops(model, directory / "model.skops")       write_onnx(proto, directory / "model.onnx")
    (directory / "profile.json").write_bytes(profile_of(rows, runtime.predict(rows), s).content())
    (directory / "example.json").write_bytes(example_of(typical, runtime.predict(typical), s)…)
    digest = pack(directory, signature, Origin(target, dataset_digest, recipe_digest, libraries))
    publish(store, directory, digest); publish_about(store, digest, "runtimes.json", b"…")

Reading one: `fetch(store, digest, directory)`, `verify(directory, digest)`, `read_manifest`,
`load_runtime(directory, manifest, chosen_runtime(directory, manifest)).predict(rows)`.

In the table a model sees, numbers of every kind are float64 with NaN for missing, categories are
texts with "" for missing (see `rows.py`). Heavy libraries are imported when first needed: serving
an ONNX model never imports scikit-learn.
"""

from modelbundle.canonical import canonical_json, digest_of, file_sha256, hex_of, is_digest
from modelbundle.example import Example, example_of, output_tensors, read_example, typical_row
from modelbundle.faults import (
    BundleCorrupt,
    BundleFault,
    BundleNotFound,
    BundleUnreadable,
    ModelNotTrusted,
    PredictionInvalid,
    StoreDenied,
    StoreFault,
    StoreMissing,
    StoreNotFound,
    StoreUnreachable,
)
from modelbundle.loading import RuntimeName, chosen_runtime, load_estimator, load_runtime
from modelbundle.manifest import BundleFile, Manifest, Origin, libraries_of
from modelbundle.manifest_reading import parse_manifest, read_manifest
from modelbundle.onnx_file import write_onnx
from modelbundle.onnx_runtime import OnnxRuntime
from modelbundle.packing import pack, verify
from modelbundle.prediction import Prediction, Runtime
from modelbundle.probing import probed_features
from modelbundle.publishing import (
    bundle_key,
    fetch,
    publish,
    publish_about,
    stored_manifest,
    verify_stored,
)
from modelbundle.reference_profile import Profile, profile_of, read_profile
from modelbundle.rows import Rows, concatenated, frame_for_model, frame_of_rows, rows_of_frame
from modelbundle.signature import Feature, Kind, Label, Signature, Task, Tensor
from modelbundle.sklearn_runtime import SklearnRuntime, force_one_job, has_probabilities
from modelbundle.skops_file import read_skops, write_skops
from modelbundle.store import Credentials, Entry, Store, open_store, store_of_environment

__all__ = [
    "BundleCorrupt",
    "BundleFault",
    "BundleFile",
    "BundleNotFound",
    "BundleUnreadable",
    "Credentials",
    "Entry",
    "Example",
    "Feature",
    "Kind",
    "Label",
    "Manifest",
    "ModelNotTrusted",
    "OnnxRuntime",
    "Origin",
    "Prediction",
    "PredictionInvalid",
    "Profile",
    "Rows",
    "Runtime",
    "RuntimeName",
    "Signature",
    "SklearnRuntime",
    "Store",
    "StoreDenied",
    "StoreFault",
    "StoreMissing",
    "StoreNotFound",
    "StoreUnreachable",
    "Task",
    "Tensor",
    "bundle_key",
    "canonical_json",
    "chosen_runtime",
    "concatenated",
    "digest_of",
    "example_of",
    "fetch",
    "file_sha256",
    "force_one_job",
    "frame_for_model",
    "frame_of_rows",
    "has_probabilities",
    "hex_of",
    "is_digest",
    "libraries_of",
    "load_estimator",
    "load_runtime",
    "open_store",
    "output_tensors",
    "pack",
    "parse_manifest",
    "probed_features",
    "profile_of",
    "publish",
    "publish_about",
    "read_example",
    "read_manifest",
    "read_profile",
    "read_skops",
    "rows_of_frame",
    "store_of_environment",
    "stored_manifest",
    "typical_row",
    "verify",
    "verify_stored",
    "write_onnx",
    "write_skops",
]
