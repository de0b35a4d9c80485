"""Pages that lie beside what a refresh found.

Proves: training-image/trainer/checks/data_report.py
Proves: training-image/trainer/checks/profile_picture.py
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
from ingests import Rig, csv_of, ingest_task, plain_rows

from trainer.checks.profile_picture import MOST_COLUMNS, profile_picture
from trainer.datasets.dataset_manifest import dataset_folder
from trainer.ingest import run

ROWS = plain_rows(200)
RESULT = "runs/uid/refresh-1/result.json"


def _ingest(rig: Rig, **changes: Any) -> dict[str, Any]:
    environment = replace(rig.environment, result=RESULT)
    return run(ingest_task(rig.source, **changes), environment).document


def _page(rig: Rig, document: dict[str, Any]) -> str:
    return rig.store.read(document["report"]).decode()


def test_a_version_has_a_page_with_its_columns(rig: Rig) -> None:
    """With a picture of all of them; the digest knows nothing of it."""
    rig.put("data.csv", csv_of(ROWS))
    found = _ingest(rig)
    page = _page(rig, found)
    folder = dataset_folder(found["digest"])
    assert f"{folder}/report.md" == found["report"]
    assert f"# tumours, version {found['digest'][7:19]}" in page
    assert "| site | Category | Feature | 200 | 0 | 3 different: left (67), " in page
    assert "0 to 12, median 6" in page
    picture = ElementTree.fromstring(rig.store.read(f"{folder}/profile.svg"))  # noqa: S314 ours
    texts = [text for element in picture.iter() if (text := element.text)]
    assert {"a", "n", "site", "y", "left"} <= set(texts)
    files = {file.path for file in rig.manifest(found["digest"]).files}
    assert files.isdisjoint({"report.md", "profile.svg", "croissant.json"})


def test_the_page_says_what_differs_and_what_looks_wrong(rig: Rig) -> None:
    """As the result does."""
    rig.put("data.csv", csv_of([{**row, "site": f" {row['site']}"} for row in ROWS]))
    first = _ingest(rig)
    assert "## What looks wrong" in _page(rig, first)
    rig.put("data.csv", csv_of([{**row, "n": 50} for row in ROWS[:150]]))
    page = _page(rig, _ingest(rig, previous=first["digest"]))
    assert f"## Against version {first['digest'][7:19]}" in page
    assert "- rows added: 150" in page
    assert "- drifted: n, effect " in page


def test_refused_data_has_a_page_beside_its_result(rig: Rig) -> None:
    """With every failure and its rows; no cell breaks the table or brings marks of its own."""
    rows = [{**row, "n": "x|<b>" if number < 3 else row["n"]} for number, row in enumerate(ROWS)]
    rig.put("data.csv", csv_of(rows))
    columns = [{"name": "n", "type": "Integer"}, {"name": "y", "type": "Category"}]
    found = _ingest(rig, columns=columns)
    assert ("Refused", "runs/uid/refresh-1/report.md") == (found["outcome"], found["report"])
    page = _page(rig, found)
    assert "# tumours: refused" in page
    assert "| TypeMismatch | n | 3 of 200 | " in page
    assert "x\\|&lt;b>" in page


def test_without_a_place_for_the_result_there_is_no_page_of_a_refusal(rig: Rig) -> None:
    """Nobody would find it."""
    rig.put("data.csv", "y\n")
    assert "report" not in run(ingest_task(rig.source), rig.environment).document


def test_columns_of_all_kinds_have_a_picture() -> None:
    """Empty ones, times, flags, numbers at the end of all floats, names that are marks."""
    columns = {
        "<none>": pa.array([None, None], pa.float64()),
        "time": pa.array([0, 10**15], pa.timestamp("us", "UTC")),
        "flag": pa.array([True, None]),
        "huge": pa.array([-1.7e308, 1.7e308]),
        "same": pa.array([7, 7]),
        "text": pa.array(["a" * 300, "&"]),
    }
    picture = profile_picture(pa.table(columns))
    texts = [e.text for e in ElementTree.fromstring(picture).iter() if e.text]  # noqa: S314 ours
    assert {"<none>", "no value", "1970-01-01", "2001-09-09"} <= set(texts)
    wide = pa.table({f"c{number}": pa.array([1]) for number in range(MOST_COLUMNS + 5)})
    assert f">c{MOST_COLUMNS - 1}<" in profile_picture(wide)
    assert f">c{MOST_COLUMNS}<" not in profile_picture(wide)


def test_times_that_lie_close_together_are_one_bar() -> None:
    """As are equal ones: no bins fit between numbers that hardly differ."""
    times = pa.array([1_795_000_000_000_000 + n for n in range(4)], pa.timestamp("us", "UTC"))
    picture = ElementTree.fromstring(profile_picture(pa.table({"at": times})))  # noqa: S314 our own
    assert 2 == len(list(picture.iter("{http://www.w3.org/2000/svg}rect")))


def test_croissant_is_json_beside_the_version(rig: Rig) -> None:
    """For other tools."""
    rig.put("data.csv", csv_of(ROWS))
    digest = _ingest(rig)["digest"]
    found = json.loads(rig.store.read(f"{dataset_folder(digest)}/croissant.json"))
    assert digest == found["identifier"]
