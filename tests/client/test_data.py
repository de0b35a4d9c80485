"""A data frame becomes a Dataset with its rows, or with a place where they are."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from ingests import Rig

from trainyardclient.data import MOST_BYTES, dataset
from trainyardclient.manifests import Undeclarable, manifest_of

FRAME = pd.DataFrame({"age": [1.0, None], "word": ["NA", "a,b"], "y": [True, False]})


def test_rows_go_along_as_they_are() -> None:
    """Holes are empty, the word NA is a word, and the index is no column."""
    found = dataset("wine", FRAME.set_index(pd.Index([7, 8])), "y")
    rows, declared = map(manifest_of, found.objects)
    assert ("ConfigMap", "wine-data") == (rows["kind"], rows["metadata"]["name"])
    assert 'age,word,y\n1.0,NA,True\n,"a,b",False\n' == rows["data"]["data.csv"]
    spec = declared["spec"]
    assert {"configMap": {"name": "wine-data", "path": "data.csv"}} == spec["source"]
    assert {"delimiter": ",", "nullValues": []} == spec["csv"]
    assert "y" == found.dataset.spec.target
    assert ["Float", "Category", "Boolean"] == [c["type"] for c in spec["columns"]]


def test_rows_elsewhere_stay_there() -> None:
    """Only the columns are declared; how the files are written is said by their names."""
    found = dataset("wine", FRAME, "y", source={"s3": {"path": "wine/"}})
    (declared,) = map(manifest_of, found.objects)
    assert {"source", "target", "columns"} == set(declared["spec"])


def test_more_than_a_config_map_holds_is_refused() -> None:
    """With the way that there is."""
    frame = pd.DataFrame({"a": ["x" * 1000] * (MOST_BYTES // 1000 + 1), "y": 1})
    with pytest.raises(Undeclarable, match="name it with source"):
        dataset("wine", frame, "y")


def test_a_target_that_is_no_column_is_refused() -> None:
    """Before a cluster is asked."""
    with pytest.raises(Undeclarable, match="there is no column x"):
        dataset("wine", FRAME, "x")


def test_a_name_that_no_object_can_have_is_refused() -> None:
    """By the rule of the CRD."""
    with pytest.raises(Undeclarable, match="Dataset Wine 1"):
        dataset("Wine 1", FRAME, "y")


def test_the_cluster_reads_the_values_of_the_frame(tmp_path: Path) -> None:
    """Truths, whole floats, times, holes, and words that elsewhere mean a hole."""
    rows = 60
    frame = pd.DataFrame(
        {
            "share": [0.1 + 0.2 if n % 7 else None for n in range(rows)],
            "whole": [float(n) for n in range(rows)],
            "good": [n % 2 == 0 for n in range(rows)],
            "word": ["NA" if n % 3 else 'a "quoted", word' for n in range(rows)],
            "at": pd.date_range("2026-01-01", periods=rows, freq="h"),
            "y": ["no" if n % 5 else "yes" for n in range(rows)],
        }
    )
    found, rig = dataset("wine", frame, "y"), Rig(tmp_path)
    assert found.rows is not None
    for name, text in found.rows.data.items():
        rig.put(name, text)
    spec = manifest_of(found.dataset)["spec"]
    told = rig.ingest(**{key: spec[key] for key in ("format", "csv", "columns", "target")})
    assert "Accepted" == told["outcome"], told
    parts = (rig.table(told["digest"], part) for part in ("train", "test"))
    read = pd.concat([part.to_pandas() for part in parts]).sort_values("whole")
    assert list(frame["share"].dropna()) == list(read["share"].dropna())
    assert list(frame["word"]) == list(read["word"])
    assert list(frame["good"]) == list(read["good"])
    assert list(frame["at"]) == [moment.replace(tzinfo=None) for moment in read["at"]]
