"""What `try` says of the libraries that made a bundle."""

from __future__ import annotations

from importlib.metadata import requires

from trainyardctl.environment import environment_lines, pins_of_training

LIBRARIES = {"numpy": "2.4.6", "python": "3.11.7", "scikit-learn": "1.9.1"}


def test_pins_are_those_of_the_training_image_alone() -> None:
    """As the metadata of the package has them; ranges and other extras are none."""
    texts = (
        "numpy==2.4.6; extra == 'training'",
        'scikit-learn==1.9.1; extra == "training"',
        "numpy==1.0; extra == 'serving'",
        "rich>=15; extra == 'training'",
        "kopf==1.40",
    )
    assert {"numpy": "2.4.6", "scikit-learn": "1.9.1"} == pins_of_training(texts)
    assert {"numpy", "scikit-learn", "skl2onnx"} <= set(
        pins_of_training(requires("trainyard") or ())
    )


def test_with_the_libraries_of_the_release_only_python_may_differ() -> None:
    """Which the metadata cannot tell, so it is said."""
    by, why = environment_lines(LIBRARIES, {"numpy": "2.4.6"})
    assert "by python 3.11.7, numpy 2.4.6, scikit-learn 1.9.1" == by
    assert "has another Python" in why


def test_what_differs_from_the_release_is_named() -> None:
    """With the version that the cluster has."""
    _, why = environment_lines(LIBRARIES, {"numpy": "2.5.0", "scikit-learn": "1.9.1"})
    assert why.startswith("this release trains with numpy 2.5.0: ")
    assert "is another one" in why
