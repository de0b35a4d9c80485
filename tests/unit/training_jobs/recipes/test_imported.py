"""A recipe that imports a model."""

from __future__ import annotations

from builders_training import Raw, a_training_job, digest

from trainyard.training_jobs.recipes.recipe import recipe_of


def _imported(url: str) -> Raw:
    source = {"http": {"url": url}}
    return {"import": {"source": source, "format": "Onnx", "digest": digest("7")}}


def test_the_file_may_move() -> None:
    """Its digest says what it is, wherever it lies; the pod is told where."""
    here, there = (
        recipe_of(a_training_job(estimator=None, **_imported(url)).spec)
        for url in ("http://a/model.onnx", "http://b/other.onnx")
    )
    assert here.identity() == there.identity()
    assert here.document()["import"]["source"]["url"] == "http://a/model.onnx"


def test_nothing_is_trained() -> None:
    """The file is fetched."""
    job = a_training_job(estimator=None, **_imported("http://a/model.onnx"))
    training = recipe_of(job.spec).training({})
    assert (training.train, training.container) == (False, None)
    assert training.source is not None


def test_a_format_that_the_name_tells_is_the_same_recipe() -> None:
    """Whether it is said or not."""
    said = a_training_job(estimator=None, **_imported("http://a/model.onnx"))
    untold = _imported("http://a/model.onnx")
    del untold["import"]["format"]
    told = recipe_of(a_training_job(estimator=None, **untold).spec)
    assert recipe_of(said.spec).identity() == told.identity()
    assert "Onnx" == told.document()["import"]["format"]
