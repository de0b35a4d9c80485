"""What does the container look like that writes a Dataset's files, before they are read?"""

from __future__ import annotations

from typing import Any

from trainyard.api.dataset_sources import ContainerSource
from trainyard.jobs.failure import EXTRACTION
from trainyard.jobs.job_manifest import Work, scratch_name, variable
from trainyard.jobs.source_access import VOLUME
from trainyard.pod_defaults import amounts, with_defaults
from trainyard.pod_security import environment, folder_volume, hardened_container

OUTPUT = "/trainyard/output"


def extraction_container(work: Work, source: ContainerSource) -> dict[str, Any]:
    """Return the user's container: it may write its output and a scratch folder, and knows nothing
    of the store.
    """
    container: dict[str, Any] = {
        "name": EXTRACTION,
        "image": source.image,
        "env": environment(source.env, [variable("TRAINYARD_OUTPUT", OUTPUT)]),
        "resources": amounts(with_defaults(source.resources, work.installation.pods.resources)),
        "volumeMounts": [{"name": VOLUME, "mountPath": OUTPUT}],
    }
    if source.command:
        container["command"] = list(source.command)
    if source.args:
        container["args"] = list(source.args)
    if source.secret_name is not None:
        # A secret that is missing must not keep the pod waiting: the program says what it lacks.
        container["envFrom"] = [{"secretRef": {"name": source.secret_name, "optional": True}}]
    hardened = hardened_container(container, scratch=scratch_name(EXTRACTION))
    return hardened | {"terminationMessagePolicy": "FallbackToLogsOnError"}


def extraction_volume(work: Work, source: ContainerSource) -> dict[str, Any]:
    """Return the folder that it writes and the ingest reads."""
    resources = with_defaults(source.resources, work.installation.pods.resources)
    return folder_volume(VOLUME, resources)
