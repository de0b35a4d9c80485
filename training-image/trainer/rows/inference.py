"""Of which type is a column that nobody declared, judged by every one of its cells?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from trainer.files.casting import cast_all
from trainer.files.cell_rules import USUAL, CellRules
from trainer.files.raw_values import spread_texts
from trainer.rows.cell_forms import NUMBER_LIKE, NUMBERS, TIME_LIKE, Form, form_of
from trainer.rows.findings import EXAMPLES
from trainer.rows.typed_values import convert, filled_texts, without_nan
from trainer.tasks.ingest_task import ColumnType

MAX_CATEGORIES = 1000
"""A text column with more different values is free text (String), not a Category."""

_MOST = 0.9
"""A column that is of one kind in so many of its cells is not silently another."""


@dataclass(slots=True)
class InferredColumn:
    """What the cells so far look like, and the first ones of each form.

    Numbers with leading zeros (post codes) are text. 0 and 1 are Integer; only the words true and
    false are Boolean.
    """

    forms: Counter[Form] = field(default_factory=Counter)
    first: dict[Form, list[tuple[int, str]]] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)
    not_text: int = 0

    def observe(self, array: pa.Array, first_row: int = 1, rules: CellRules = USUAL) -> None:
        """Takes the cells of one more batch into account; rows count from `first_row` on."""
        array = spread_texts(array)
        native = _native_form(array.type)
        if native is not None:
            given = without_nan(array)
            self.forms[native] += len(given) - given.null_count
        else:
            self._observe_texts(array, first_row, rules)
        # Texts are kept for numbers as well: a later cell may still turn the column into text.
        if len(self.texts) <= MAX_CATEGORIES:
            self._remember(array, rules)

    @property
    def seen(self) -> int:
        """Cells that are not missing."""
        return sum(self.forms.values())

    @property
    def type(self) -> ColumnType:
        """The narrowest type that holds every cell; String when there is none to judge by."""
        found = frozenset(form for form, count in self.forms.items() if count)
        if not found:
            return ColumnType.STRING
        for forms, kind in _TYPES:
            if found <= forms:
                return kind
        return ColumnType.CATEGORY if len(self.texts) <= MAX_CATEGORIES else ColumnType.STRING

    @property
    def nearly(self) -> frozenset[Form]:
        """The forms of at least nine in ten cells of a column that is text all the same.

        Empty where texts are what they look like: words, or codes.
        """
        if not self.seen or self.type not in {ColumnType.CATEGORY, ColumnType.STRING}:
            return frozenset()
        for forms in _FAMILIES:
            wider = _WIDER.get(forms, forms)
            if self.seen == self.count(wider) and not self._is_codes(wider):
                return wider
            if self.count(forms) >= _MOST * self.seen and not self._is_codes(forms):
                return forms
        return frozenset()

    def count(self, forms: frozenset[Form]) -> int:
        """How many cells have one of the forms."""
        return sum(self.forms[form] for form in forms)

    def odd_cells(self, forms: frozenset[Form]) -> tuple[tuple[int, str], ...]:
        """The first cells (row, text) of other forms; without any, those of no plain form."""
        plain = NUMBERS | {Form.TIME, Form.BOOLEAN}
        return self._first_but(forms) or self._first_but(plain)

    def _first_but(self, forms: frozenset[Form]) -> tuple[tuple[int, str], ...]:
        found = [cell for form, cells in self.first.items() if form not in forms for cell in cells]
        return tuple(sorted(found)[:EXAMPLES])

    def _is_codes(self, forms: frozenset[Form]) -> bool:
        """True for whole numbers beside digits that begin with a zero, or that no number holds."""
        rest = frozenset(self.forms) - {Form.INTEGER, Form.CODE, Form.LONG}
        codes = self.forms[Form.CODE] + self.forms[Form.LONG]
        return Form.INTEGER in forms and codes > 0 and not self.count(rest)

    def _observe_texts(self, array: pa.Array, first_row: int, rules: CellRules) -> None:
        texts = filled_texts(array)
        clean = _clean_form(texts) if rules == USUAL else None
        if clean is not None:
            self.forms[clean] += len(texts) - texts.null_count
            return
        encoded = texts.dictionary_encode()
        different = [text.strip() for text in encoded.dictionary.to_pylist()]
        missing = frozenset(rules.missing_among_values)
        forms = [None if t.lower() in missing else form_of(t, rules) for t in different]
        for pair in pc.value_counts(pc.drop_null(encoded.indices)).to_pylist():
            form = forms[pair["values"]]
            if form is not None:
                self.forms[form] += pair["counts"]
        self._remember_first(encoded, different, forms, first_row)

    def _remember_first(
        self,
        encoded: pa.DictionaryArray,
        texts: list[str],
        forms: list[Form | None],
        first_row: int,
    ) -> None:
        for form in {form for form in forms if form is not None}:
            if len(self.first.get(form, ())) >= EXAMPLES:
                continue
            codes = pa.array(
                [code for code, found in enumerate(forms) if found is form], pa.int32()
            )
            places = pc.indices_nonzero(pc.is_in(encoded.indices, codes))[:EXAMPLES].to_pylist()
            cells = self.first.setdefault(form, [])
            cells += [(first_row + at, texts[encoded.indices[at].as_py()]) for at in places]
            del cells[EXAMPLES:]

    def _remember(self, array: pa.Array, rules: CellRules) -> None:
        converted = convert(array, ColumnType.STRING, rules)
        self.not_text += int(pc.sum(converted.invalid).as_py() or 0)
        for text in pc.unique(converted.values).to_pylist():
            if text is not None and len(self.texts) <= MAX_CATEGORIES:
                self.texts.add(text)


_TYPES = (
    (frozenset({Form.BOOLEAN}), ColumnType.BOOLEAN),
    (frozenset({Form.INTEGER}), ColumnType.INTEGER),
    (NUMBERS, ColumnType.FLOAT),
    (frozenset({Form.TIME}), ColumnType.TIMESTAMP),
)
_FAMILIES = (
    NUMBERS,
    NUMBER_LIKE,
    frozenset({Form.TIME}),
    TIME_LIKE,
    frozenset({Form.DURATION}),
    frozenset({Form.SEVERAL}),
    frozenset({Form.BOOLEAN}),
)


_WIDER = {NUMBERS: NUMBER_LIKE, frozenset({Form.TIME}): TIME_LIKE}
"""What all cells have in common says more than what most of them have."""

_INT64_END = 2.0**63


def _native_form(kind: pa.DataType) -> Form | None:
    if pa.types.is_boolean(kind):
        return Form.BOOLEAN
    if pa.types.is_integer(kind):
        return Form.INTEGER
    if pa.types.is_floating(kind):
        return Form.FLOAT
    return Form.TIME if pa.types.is_timestamp(kind) else None


def _clean_form(texts: pa.Array) -> Form | None:
    """The form of a batch of plain numbers or times, found out without a look at single cells."""
    if texts.null_count == len(texts):
        return None
    values = cast_all(texts, pa.float64())
    if values is None:
        return _clean_times(texts)
    highest = pc.max(pc.abs(values)).as_py()
    # The words nan and inf are numbers to Arrow, and whole numbers beyond 64 bits lose digits.
    if not (highest is not None and highest < _INT64_END and _all_finite(values)):
        return None
    zeros = pc.or_(pc.starts_with(texts, "0"), pc.starts_with(texts, "-0"))
    if pc.any(pc.match_substring_regex(texts.filter(zeros), r"^-?0[0-9]")).as_py():
        return None
    return Form.FLOAT if cast_all(texts, pa.int64()) is None else Form.INTEGER


def _clean_times(texts: pa.Array) -> Form | None:
    first = texts.drop_null()[0].as_py()
    if not (len(first) >= 10 and first[4] == first[7] == "-"):
        return None
    return None if cast_all(texts, pa.timestamp("us")) is None else Form.TIME


def _all_finite(values: pa.Array) -> bool:
    return pc.all(pc.is_finite(values)).as_py() is not False
