"""From a CSV and the name of a column to manifests that lint takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from cluster_access import ROOT

from trainyardctl.first_manifest import MOST_BYTES, NoManifest, first_manifest, look_at, model_name
from trainyardctl.lint.linting import lint_paths

IRIS = ROOT / "examples" / "iris" / "iris.csv"


def written(folder: Path, text: str) -> Path:
    """Return a CSV with this text."""
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path


def kinds(text: str) -> dict[str, Any]:
    """Return the documents by kind."""
    return {document["kind"]: document for document in yaml.safe_load_all(text)}


def test_what_is_written_is_right_as_it_stands(tmp_path: Path) -> None:
    """Data, recipe and service belong together; the data are those of the file."""
    text = first_manifest(IRIS, "species", "flowers")
    found = kinds(text)
    assert ["ConfigMap", "Dataset", "TrainingJob", "ModelDeployment"] == list(found)
    assert {"iris.csv": IRIS.read_text()} == found["ConfigMap"]["data"]
    named = found["Dataset"]["spec"]["source"]["configMap"]["name"]
    assert named == found["ConfigMap"]["metadata"]["name"]
    (tmp_path / "flowers.yaml").write_text(text)
    linted = lint_paths([str(tmp_path)])
    assert ((), 3) == (linted.lines, linted.objects)


def test_a_label_has_to_be_predicted_better_than_guessed() -> None:
    """A third of the flowers is of each kind."""
    spec = kinds(first_manifest(IRIS, "species", "iris"))["TrainingJob"]["spec"]
    assert "sklearn.ensemble.RandomForestClassifier" == spec["estimator"]["class"]
    gate = {"name": "better-than-a-guess", "metric": "accuracy", "min": "0.34"}
    assert [gate] == spec["gates"]


def test_a_number_has_to_be_predicted_better_than_by_its_mean() -> None:
    """More different numbers than anybody has labels are measured."""
    spec = kinds(first_manifest(IRIS, "sepal_length", "iris"))["TrainingJob"]["spec"]
    assert "sklearn.ensemble.RandomForestRegressor" == spec["estimator"]["class"]
    assert {"name": "better-than-a-guess", "metric": "r2", "min": "0.01"} == spec["gates"][0]


def test_data_that_no_config_map_holds_are_expected_in_a_claim(tmp_path: Path) -> None:
    """And are not among the manifests."""
    rows = "\n".join(f"{n},{'ab'[n % 2]}" for n in range(MOST_BYTES // 8))
    found = kinds(first_manifest(written(tmp_path, f"x,y\n{rows}"), "y", "big"))
    assert "ConfigMap" not in found
    source = {"pvc": {"claimName": "big-data", "path": "data.csv"}}
    assert source == found["Dataset"]["spec"]["source"]


@pytest.mark.parametrize(
    ("text", "rows", "is_classified", "percent"),
    [
        pytest.param("x,y\n1,a\n2,b\n3,b\n4,\n", 3, True, 67, id="a missing label is no label"),
        pytest.param("x;y\n1;a\n2;b\n", 2, True, 50, id="another delimiter"),
        pytest.param('\ufeffx,y\n1,"a, b"\n2,c\n', 2, True, 50, id="a mark and quotes"),
        pytest.param("x,y\n1,0\n2,1\n", 2, True, 50, id="two numbers are labels"),
        pytest.param(
            "x,y\n" + "".join(f"1,{n}\n" for n in range(30)), 30, False, 0, id="many are measured"
        ),
        pytest.param(
            "x,y\n" + "".join(f"1,n{n}\n" for n in range(30)), 30, True, 3, id="many labels"
        ),
        pytest.param("x,y\n1,a\n2\n3,b\n", 2, True, 50, id="a row that is cut short"),
    ],
)
def test_what_a_column_is(
    tmp_path: Path, text: str, rows: int, is_classified: bool, percent: int
) -> None:
    """Labels or numbers, and how common the commonest label is."""
    found = look_at(written(tmp_path, text), "y")
    assert (rows, is_classified, percent) == (
        *(found.rows, found.is_classified),
        found.commonest_percent,
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x,z\n1,2\n", "no column y: the header has x, z"),
        ("", "no column y: the header has none"),
        ("y\n1\n2\n", "expected a column beside y"),
        ("x,y\n1,\n", "column y has no value"),
        ("x,y\n1,a\n2,a\n", "column y is a in every row"),
    ],
)
def test_what_cannot_be_predicted_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """With a sentence that says what was found."""
    with pytest.raises(NoManifest, match=words):
        look_at(written(tmp_path, text), "y")


def test_what_is_no_csv_is_refused(tmp_path: Path) -> None:
    """A file that is not there, or is no text."""
    with pytest.raises(NoManifest, match=r"nobody.csv.*expected a CSV in UTF-8"):
        look_at(tmp_path / "nobody.csv", "y")
    path = tmp_path / "data.parquet"
    path.write_bytes(b"PAR1\xff\xfe")
    with pytest.raises(NoManifest, match="expected a CSV in UTF-8"):
        look_at(path, "y")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("wine.csv", "wine"),
        ("My Data (2).csv", "my-data-2"),
        ("2026-sales.csv", "m-2026-sales"),
        ("a" * 50 + ".csv", "a" * 40),
        ("数据.csv", "m"),
    ],
)
def test_a_model_is_called_as_its_file(file: str, name: str) -> None:
    """As far as objects may be called so."""
    assert name == model_name(Path(file))
