"""How is a column reported whose type only a person can decide?"""

from __future__ import annotations

from trainer.files.row_numbers import RowNumbers
from trainer.rows.cell_forms import Form
from trainer.rows.findings import Check, Failure, shown
from trainer.rows.schema import Ambiguity

_WAYS = {
    Form.DECIMAL_COMMA: 'declare csv.decimal: ","',
    Form.THOUSANDS: "declare csv.thousands (and csv.decimal, where it is no point)",
    Form.MARKED: "export plain numbers such as -1234.5, without currency, percent sign, brackets or"
    " other marks",
    Form.POINT: "declare csv.decimal and csv.thousands as these cells are written",
    Form.QUOTED: """declare csv.quote: "'" """.rstrip(),
    Form.DATE: "declare csv.dateFormats, or export ISO 8601 such as 2026-01-31",
    Form.FAR: "export times up to the year 9999",
    Form.NO_DAY: "correct these cells, or declare csv.nullValues where they mean a missing value",
    Form.DURATION: "export a number of seconds",
    Form.SEVERAL: "export one column per value",
}
_PLAIN = "export plain numbers such as -1234.5"
_EXPORTS = _WAYS | {
    Form.DECIMAL_COMMA: _PLAIN,
    Form.THOUSANDS: _PLAIN,
    Form.POINT: _PLAIN,
    Form.QUOTED: _PLAIN,
    Form.DATE: "export times, or ISO 8601 such as 2026-01-31",
    Form.NO_DAY: "correct these cells, or export null where they mean a missing value",
}
"""Where no file is CSV, of which alone it can be declared how its cells are written."""


def ambiguity_failure(found: Ambiguity, numbers: RowNumbers, *, csv: bool = True) -> Failure:
    """The column, what most of its cells are, the first that are not, and what to do; `csv`: some
    file is CSV.
    """
    ways = _WAYS if csv else _EXPORTS
    seen = sum(found.forms.values())
    likely = sum(found.forms.get(form, 0) for form in found.likely)
    forms = [form for form in Form if form in found.likely and found.forms.get(form, 0)]
    if Form.FLOAT in forms and Form.INTEGER in forms:
        forms.remove(Form.INTEGER)
    what = " or ".join(form.value for form in forms)
    examples = tuple(f"{numbers.label(row)}: {shown(text)}" for row, text in found.cells)
    first = f", {examples[0].replace(': ', ' is ', 1)}" if examples else ""
    dressed = max(ways, key=lambda form: found.forms.get(form, 0))
    plain = not found.forms.get(dressed, 0) or likely != seen
    way = ways[Form.NO_DAY if plain else dressed]
    return Failure(
        Check.AMBIGUOUS_COLUMN,
        found.column,
        (seen - likely) or seen,
        seen,
        examples,
        f"column {found.column}: {likely} of {seen} cells are {what}{first}: {way}; or declare the"
        " column in spec.columns (type Category keeps its texts)",
    )
