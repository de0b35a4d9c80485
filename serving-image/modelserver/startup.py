"""What must be true before a port is opened?"""

from __future__ import annotations

from dataclasses import dataclass

from modelbundle.example import Example, read_example
from modelbundle.loading import RuntimeName, chosen_runtime, load_runtime
from modelbundle.packing import verify
from modelbundle.prediction import Runtime
from modelserver.self_test import self_test
from modelserver.settings import BundleSettings


@dataclass(frozen=True, slots=True)
class ReadyModel:
    """A model that was verified, loaded, and has answered its own example."""

    runtime: Runtime
    runtime_name: RuntimeName
    example: Example


def ready_model(settings: BundleSettings) -> ReadyModel:
    """The model of the declared digest, ready to serve.

    Raises BundleNotFound or BundleCorrupt when the directory is not that bundle, ModelNotTrusted
    or BundleUnreadable when it is but cannot be served.
    """
    manifest = verify(settings.directory, settings.digest)
    name = chosen_runtime(settings.directory, manifest)
    runtime = load_runtime(settings.directory, manifest, name)
    example = read_example(settings.directory)
    self_test(runtime, example)
    return ReadyModel(runtime, name, example)
