"""What does a card say of importance, slices, fairness and calibration?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from trainyardctl.card_pictures import CALIBRATION, IMPORTANCE
from trainyardctl.card_table import table
from trainyardctl.recorded import Recorded
from trainyardctl.snapshot import Raw

_BLOCKS = 20


def analysis_lines(of: Recorded, pictures: Mapping[str, str]) -> Iterator[str]:
    """Yield the sections; `pictures` are those that lie beside the card, by file name."""
    found = of.analysis
    yield from _importance(found.get("importance") or {}, IMPORTANCE in pictures)
    slices = [
        (line["column"], line["slice"], line["metric"], _bounds(line), line["rows"])
        for line in found.get("slices") or ()
    ]
    if slices:
        yield from table("Slices", slices, ("Column", "Slice", "Metric", "Value", "Rows"))
    fair = [
        (line["column"], line["measure"], _bounds(line), line.get("between", ""))
        for line in found.get("fairness") or ()
    ]
    if fair:
        yield from table("Fairness", fair, ("Column", "Measure", "Value", "Largest between"))
    bins = [
        (line["predicted"], _bounds(line), line["rows"]) for line in found.get("calibration") or ()
    ]
    if bins:
        yield from table("Calibration", bins, ("Believed", "Came true", "Rows"))
        if CALIBRATION in pictures:
            yield f"\n![Believed against what came true]({CALIBRATION})"
    if found:
        yield "\nIn brackets: bounds of 95 %, on test rows; row weights count for importance only."


def _importance(found: Raw, has_picture: bool) -> Iterator[str]:
    columns: Sequence[Raw] = found.get("columns") or ()
    if not columns:
        return
    most = max(float(column["value"]) for column in columns) or 1.0
    rows = [(c["name"], _bounds(c), _block(float(c["value"]) / most)) for c in columns]
    yield from table("What columns are worth to it", rows, ("Column", "Cost", ""))
    if has_picture:
        yield f"\n![What shuffling a column costs]({IMPORTANCE})"
    looked = f"{found.get('evaluatedColumns')} of {found.get('totalColumns')} columns"
    yield (
        f"\nHow much the {found.get('loss')} ({found.get('base')} as it is) grows where a column"
        f" is shuffled: {found.get('shuffles')} times, on {found.get('rows')} test rows, {looked}."
        " Columns that say the same share what they are worth."
    )
    if found.get("why"):
        yield f"Not all: {found['why']}."


def _bounds(found: Raw) -> str:
    return f"{found['value']} ({found['low']} to {found['high']})"


def _block(share: float) -> str:
    return "█" * max(0, round(_BLOCKS * share))
