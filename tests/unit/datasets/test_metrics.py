"""What /metrics shows of a Dataset."""

from __future__ import annotations

from builders_training import a_dataset, refusal
from dataset_stories import DATASET, refresh_job, with_first_version

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.datasets.metrics import state_of


def test_rows_and_refusal() -> None:
    """A refusal leaves the rows of the version that stays current."""
    assert [sample.value for sample in state_of(a_dataset())] == [0, 0]
    world = with_first_version()
    world.ask(*DATASET, "refresh@now")
    world.settle()
    world.finish(refresh_job(world), refusal())
    world.settle()
    dataset = Dataset.model_validate(world.raw(*DATASET))
    assert [(sample.metric, sample.value) for sample in state_of(dataset)] == [
        ("dataset_rows", 100),
        ("dataset_refused", 1),
    ]
