"""A Job that works in parts."""

from __future__ import annotations

from builders_training import a_training_job, an_installation

from trainyard.api.pod_settings import PodSettings
from trainyard.jobs.failure import USER_FAULT_CODES
from trainyard.jobs.indexed_job import LOST_PODS_PER_PART, indexed
from trainyard.jobs.job_manifest import PodParts, Work, job

MANIFEST = job(
    Work(a_training_job(), "j", an_installation(), PodSettings(), 60),
    PodParts(containers=[{"name": "score"}]),
)


def test_a_part_that_fails_does_not_end_the_others() -> None:
    """What only the user can put right fails its part at once; evictions count nothing."""
    spec = indexed(MANIFEST, completions=4, parallelism=9)["spec"]
    assert "backoffLimit" not in spec
    assert ("Indexed", 4, 4, 4, LOST_PODS_PER_PART) == (
        spec["completionMode"],
        spec["completions"],
        spec["parallelism"],
        spec["maxFailedIndexes"],
        spec["backoffLimitPerIndex"],
    )
    first, second = spec["podFailurePolicy"]["rules"]
    assert ("FailIndex", list(USER_FAULT_CODES)) == (
        first["action"],
        first["onExitCodes"]["values"],
    )
    assert ("Ignore", "DisruptionTarget") == (
        second["action"],
        second["onPodConditions"][0]["type"],
    )
    assert "backoffLimit" in MANIFEST["spec"]
