"""Which number or truth does a text stand for?"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from trainer.files.casting import cast_all
from trainer.files.cell_rules import CellRules

FLOAT = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_TRUE = ("true", "1", "yes", "t", "y", "1.0")
_FALSE = ("false", "0", "no", "f", "n", "0.0")
_INT64 = range(-(2**63), 2**63)


def floats_of_texts(texts: pa.Array, rules: CellRules) -> pa.Array:
    """Finite float64; null where a text is no such number."""
    texts = in_computer_form(texts, rules)
    values = cast_all(texts, pa.float64())
    if values is None:
        fine = pc.match_substring_regex(texts, FLOAT)
        values = pc.cast(pc.if_else(fine, texts, None), pa.float64())
    return _finite(values)


def integers_of_texts(texts: pa.Array, rules: CellRules) -> pa.Array:
    """int64; `3.0` is a whole number, `3.5` is none."""
    texts = in_computer_form(texts, rules)
    values = plain_integers(texts)
    if values is not None:
        return values
    return pa.array([None if t is None else _integer(t) for t in texts.to_pylist()], pa.int64())


def plain_integers(texts: pa.Array) -> pa.Array | None:
    """int64, or None where a text is written otherwise. Arrow alone would also read 0x10."""
    hexadecimal = pc.or_(pc.starts_with(texts, "0x"), pc.starts_with(texts, "0X"))
    return None if pc.any(hexadecimal).as_py() else cast_all(texts, pa.int64())


def truths_of_texts(texts: pa.Array, _: CellRules) -> pa.Array:
    """True and false, yes and no, 1 and 0."""
    lowered = pc.utf8_lower(texts)
    true = pc.is_in(lowered, pa.array(_TRUE))
    known = pc.or_(true, pc.is_in(lowered, pa.array(_FALSE)))
    return pc.if_else(known, true, pa.scalar(None, pa.bool_()))


def in_computer_form(texts: pa.Array, rules: CellRules) -> pa.Array:
    """Numbers with the declared marks as `1234.5`; other texts as they are, so that a number in
    another form stays visible as none.
    """
    if rules.plain_numbers:
        return texts
    form = _numeral_form(rules)
    plain = texts
    if rules.thousands:
        plain = pc.replace_substring(plain, rules.thousands, "")
    if rules.decimal != ".":
        plain = pc.replace_substring(plain, rules.decimal, ".")
    # What is not of the form keeps a mark that no number has.
    return pc.if_else(pc.match_substring_regex(texts, form), plain, "?")


def plain_numeral(text: str, rules: CellRules) -> str | None:
    """One number with the declared marks as `1234.5`; None for another text."""
    if re.match(_numeral_form(rules), text) is None:
        return None
    return (text.replace(rules.thousands, "") if rules.thousands else text).replace(
        rules.decimal, "."
    )


def _numeral_form(rules: CellRules) -> str:
    group, point = _escaped(rules.thousands), _escaped(rules.decimal)
    whole = rf"[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+|[0-9]+" if group else "[0-9]+"
    return rf"^[+-]?(?:(?:{whole})(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?$"


def _escaped(mark: str) -> str:
    return "\\" + mark if mark in {".", "|", "*", "+"} else mark


def _integer(text: str) -> int | None:
    whole, point, fraction = text.partition(".")
    digits = whole.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or (point and fraction.strip("0")):
        return None
    number = int(whole) if len(whole) < 25 else 2**64
    return number if number in _INT64 else None


def _finite(values: pa.Array) -> pa.Array:
    # Adding zero turns -0.0 into 0.0, which is the same number and must be the same bytes.
    return pc.add(pc.if_else(pc.is_finite(values), values, None), 0.0)
