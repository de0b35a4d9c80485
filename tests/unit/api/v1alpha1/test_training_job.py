"""The TrainingJob as users write it."""

from __future__ import annotations

from builders_training import Raw, a_training_job, digest


def test_a_recipe_and_data_are_enough() -> None:
    """No gates, nothing by itself, two retries and an hour for each attempt."""
    spec = a_training_job().spec
    assert (spec.gates, spec.suspend, spec.seed, spec.trust) == ((), False, 0, None)
    assert (spec.attempts.max_retries, spec.attempts.deadline_seconds) == (2, 3600)


def test_import_is_a_word_of_the_api_and_not_of_python() -> None:
    """It is stored as it is written."""
    source = {"http": {"url": "http://a/m.onnx"}}
    spec: Raw = {"import": {"source": source, "format": "Onnx", "digest": digest("7")}}
    job = a_training_job(estimator=None, **spec)
    assert job.to_api()["spec"]["import"] == spec["import"]
