"""The data and the requests that the tutorial makes up."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "tutorial"
PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"


def rows(*arguments: str) -> list[dict[str, str]]:
    """Return the rows that the script writes."""
    command = (sys.executable, str(FOLDER / "deliveries.py"), *arguments)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return list(csv.DictReader(done.stdout.splitlines()))


def test_more_data_hold_the_same_rows_and_more() -> None:
    """So that the second step adds rows, and changes none."""
    few, many = rows("--rows", "20"), rows("--rows", "50")
    assert few == many[:20]
    assert {"yes", "no"} == {row["late"] for row in many}


def test_it_rains_in_the_wet_season_alone() -> None:
    """Drift has to be there to be found."""
    dry, wet = rows("--rows", "200"), rows("--rows", "0", "--wet", "200")
    mean = [sum(float(row["rain_mm"]) for row in season) / len(season) for season in (dry, wet)]
    assert mean[0] < 1
    assert mean[1] > 4


@pytest.mark.parametrize("mode", ["dry", "wet", "gaps"])
def test_a_question_is_about_one_delivery(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every fifth one nobody measured the rain, where that is wanted."""
    monkeypatch.syspath_prepend(str(FOLDER))
    from load import question  # type: ignore[import-not-found]

    asked = [question(number, mode) for number in range(10)]
    for body, late in asked:
        (tensor,) = json.loads(body)["inputs"]
        assert ([1, 3], 3) == (tensor["shape"], len(tensor["data"]))
        assert late in {"yes", "no"}
    gaps = sum("null" in body.decode() for body, _ in asked)
    assert (2 if mode == "gaps" else 0) == gaps


def test_the_page_names_every_file_of_its_folder() -> None:
    """None is left over from another story."""
    text = PAGE.read_text(encoding="utf-8")
    assert [] == [path.name for path in FOLDER.glob("*.*") if path.name not in text]
