"""What must be true before a port is opened."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from serving_bundles import ORIGIN, Sample
from serving_process import environment

from modelbundle.canonical import canonical_json
from modelbundle.faults import BundleCorrupt, BundleNotFound, BundleUnreadable
from modelbundle.loading import RuntimeName
from modelbundle.packing import pack
from modelserver.settings import BundleSettings
from modelserver.startup import ready_model

IMPORTS = """
import sys, pathlib
from modelserver.settings import BundleSettings
from modelserver.startup import ready_model
import modelserver.serving
ready_model(BundleSettings(sys.argv[1], pathlib.Path(sys.argv[2])))
print([name for name in ("sklearn", "pandas", "scipy", "skops") if name in sys.modules])
"""


def test_the_declared_bundle_is_ready(tumours_sample: Sample) -> None:
    """Verified, loaded, tested."""
    model = ready_model(BundleSettings(tumours_sample.digest, tumours_sample.directory))
    assert model.runtime_name is RuntimeName.ONNX


def test_another_digest_is_refused(tumours_sample: Sample) -> None:
    """A bundle that nobody declared is not served."""
    with pytest.raises(BundleCorrupt):
        ready_model(BundleSettings("sha256:" + "0" * 64, tumours_sample.directory))


def test_nothing_is_refused(tmp_path: Path) -> None:
    """The init container has not run."""
    with pytest.raises(BundleNotFound):
        ready_model(BundleSettings("sha256:" + "0" * 64, tmp_path))


def test_a_model_that_says_something_else_is_refused(
    tumours_sample: Sample, tmp_path: Path
) -> None:
    """An intact bundle whose model does not repeat its example."""
    directory = tmp_path / "copy"
    shutil.copytree(tumours_sample.directory, directory)
    document = json.loads((directory / "example.json").read_bytes())
    document["response"]["outputs"][0]["data"] = ["neither"]
    (directory / "example.json").write_bytes(canonical_json(document))
    digest = pack(directory, tumours_sample.signature, ORIGIN)
    with pytest.raises(BundleUnreadable, match="self-test: labels"):
        ready_model(BundleSettings(digest, directory))


def test_onnx_needs_no_scikit_learn(tumours_sample: Sample) -> None:
    """A server of an ONNX bundle starts quickly and small."""
    environ = environment(tumours_sample.directory, tumours_sample.digest)
    arguments = [tumours_sample.digest, str(tumours_sample.directory)]
    command = [sys.executable, "-c", IMPORTS, *arguments]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
