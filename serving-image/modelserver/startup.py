"""What must be true before a port is opened?"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from modelbundle.example import Example, read_example
from modelbundle.faults import RuntimeMissing
from modelbundle.loading import RuntimeName, chosen_runtime, load_runtime
from modelbundle.packing import verify
from modelbundle.prediction import Runtime
from modelserver.self_test import self_test
from modelserver.settings import BundleSettings

_WRONG_IMAGE = (
    "scikit-learn serves this bundle and this image lacks it: use the image trainyard/"
    "serving-sklearn, in spec.server.image if that names one, else in the operator's"
    " TRAINYARD_SERVING_SKLEARN_IMAGE"
)


@dataclass(frozen=True, slots=True)
class ReadyModel:
    """A model that was verified, loaded, and has answered its own example."""

    runtime: Runtime
    runtime_name: RuntimeName
    example: Example


def ready_model(settings: BundleSettings) -> ReadyModel:
    """The model of the declared digest, ready to serve.

    Raises BundleNotFound or BundleCorrupt when the directory is not that bundle, ModelNotTrusted
    or BundleUnreadable when it is but cannot be served, RuntimeMissing when another image can.
    """
    manifest = verify(settings.directory, settings.digest)
    name = chosen_runtime(settings.directory, manifest)
    if name is RuntimeName.SKLEARN and find_spec("sklearn") is None:
        raise RuntimeMissing(_WRONG_IMAGE)
    runtime = load_runtime(settings.directory, manifest, name)
    example = read_example(settings.directory)
    self_test(runtime, example)
    return ReadyModel(runtime, name, example)
