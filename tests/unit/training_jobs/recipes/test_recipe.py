"""Which recipe a TrainingJob has."""

from __future__ import annotations

import pytest
from builders_training import Raw, a_training_job, digest

from trainyard.training_jobs.recipes.container import ContainerRecipe
from trainyard.training_jobs.recipes.estimator import EstimatorRecipe
from trainyard.training_jobs.recipes.imported import ImportRecipe
from trainyard.training_jobs.recipes.recipe import recipe_of

SOURCE = {"http": {"url": "http://a/model.onnx"}}
IMPORT = {"source": SOURCE, "format": "Onnx", "digest": digest("7")}


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        pytest.param({}, EstimatorRecipe, id="an estimator"),
        pytest.param(
            {"estimator": None, "container": {"image": "a"}}, ContainerRecipe, id="a container"
        ),
        pytest.param({"estimator": None, "import": IMPORT}, ImportRecipe, id="an import"),
    ],
)
def test_the_recipe_of_a_spec(spec: Raw, kind: type) -> None:
    """The one member that is set."""
    assert isinstance(recipe_of(a_training_job(**spec).spec), kind)
