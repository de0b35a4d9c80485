"""What does a text look like: a number, a date, or one written as people write it?"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from trainer.files.cell_rules import USUAL, CellRules
from trainer.rows.moments import declared_moment, iso_moment
from trainer.rows.numerals import plain_numeral


class Form(StrEnum):
    """What a cell looks like; each cell has one form."""

    INTEGER = "whole numbers"
    FLOAT = "numbers"
    BOOLEAN = "true or false"
    TIME = "times in ISO 8601"
    CODE = "digits that begin with a zero"
    LONG = "whole numbers beyond 64 bits"
    DECIMAL_COMMA = "numbers with a decimal comma"
    THOUSANDS = "numbers with thousands separators"
    MARKED = "numbers with a currency, a percent sign, brackets or other marks"
    POINT = "numbers with a decimal point"
    QUOTED = "numbers in single quotation marks"
    UNIT = "numbers with a unit"
    RATIO = "pairs of numbers"
    DATE = "dates in another form than ISO 8601"
    FAR = "times beyond the year 9999"
    NO_DAY = "days or times that no calendar has"
    PERIOD = "months, quarters, weeks or days of a year"
    DURATION = "times of day or durations"
    SEVERAL = "several values in one cell"
    TEXT = "texts"


NUMBERS = frozenset({Form.INTEGER, Form.FLOAT})
NUMBER_LIKE = NUMBERS | {Form.DECIMAL_COMMA, Form.THOUSANDS, Form.MARKED, Form.QUOTED, Form.POINT}
TIME_LIKE = frozenset({Form.TIME, Form.DATE, Form.FAR, Form.NO_DAY})

_FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_CODE = re.compile(r"[+-]?0[0-9]+(\.[0-9]*)?")
_GROUPED = re.compile(
    r"[+-]?[0-9]{1,3}(([,'’_ \u00a0\u202f][0-9]{3})+(\.[0-9]+)?|(\.[0-9]{3}){2,}(,[0-9]+)?"
    r"|([.'’ \u00a0\u202f][0-9]{3})+,[0-9]+|(,[0-9]{2})+,[0-9]{3}(\.[0-9]+)?)"
)
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?")
_MARKS = re.compile(
    r"^[(]|[)]$|[$€£¥￥₩₽₺₹%‰]|\b(USD|EUR|GBP|CHF|JPY|Fr\.|kr)\b|-$|(?<=[0-9])\s*(USD|EUR|GBP|CHF)$"
)
_MONTH = r"(jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zä]*\.?"
_DAY = r"(0?[1-9]|[12][0-9]|3[01])"
_NTH = rf"{_DAY}(st|nd|rd|th)?"
_WEEKDAY = r"((mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
_ZONE = r"( ?(z|utc|gmt|[cew]es?t|[ecmp][sd]t|bst|[ij]st|msk|[+-][0-9]{2}(:?[0-9]{2})?))?"
_CLOCK = (
    r"([T ,]+[0-9]{1,2}[:.][0-9]{2}([:.][0-9]{2}(\.[0-9]+)?)?( ?[ap]\.?m\.?)?"
    rf"{_ZONE}(\[[a-z_/+-]+\])?)?"
)
_DATES = (
    rf"{_DAY}[/-]{_DAY}[/-]([0-9]{{4}}|[0-9]{{2}})",
    rf"{_DAY}\.{_DAY}\.[0-9]{{4}}",
    r"(0[1-9]|[12][0-9]|3[01])\.(0[1-9]|1[0-2])\.[0-9]{2}",
    rf"[0-9]{{4}}[/.]{_DAY}[/.]{_DAY}",
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}",
    rf"{_WEEKDAY}{_NTH}[ .-]*{_MONTH}[ ,-]*[0-9]{{2,4}}",
    rf"{_WEEKDAY}{_MONTH} {{1,2}}{_NTH}( [0-9:]{{5,8}})?,? [0-9]{{4}}",
)
_DATE = re.compile(f"({'|'.join(_DATES)}){_CLOCK}", re.IGNORECASE)
_DURATION = re.compile(
    r"-?([0-9]+ days?,? )?[0-9]{1,3}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?[ap]\.?m\.?)?"
    r"|-?P([0-9.]+[YMWD])*(T([0-9.]+[HMS])+)?|-?[0-9]+ days?",
    re.IGNORECASE,
)
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)"
_SEVERAL = re.compile(rf"[(]?\s*{_NUMBER}(\s*[,;]\s*{_NUMBER})+\s*[)]?")
_UNIT = re.compile(
    rf"{_NUMBER} ?(°|[°µμ]?[a-z]{{1,6}}[²³23]?([/·][a-z]{{1,4}}[²³23]?)?)", re.IGNORECASE
)
_PERIOD = re.compile(
    r"[0-9]{4}[-/ ]?(0[1-9]|1[0-2])|(0?[1-9]|1[0-2])[-/][0-9]{4}|[0-9]{4}[- ]?[QH][1-4]"
    r"|[QH][1-4][-/ ]?[0-9]{4}|[0-9]{4}[- ]?W[0-9]{1,2}|[12][0-9]{3}-[0-3][0-9]{2}"
    rf"|{_MONTH}[ -]?('?[0-9]{{2}}|[0-9]{{4}})",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    rf"0x[0-9a-f]+|0b[01]+|0o[0-7]+|{_NUMBER}d[+-]?[0-9]+|[0-9]*[¼½¾⅓⅔⅛]|[0-9]+ [0-9]+/[0-9]+"
    rf"|(- |[−–] ?){_NUMBER}|'{_NUMBER}|=\"?{_NUMBER}\"?"
    rf"|{_NUMBER} ?[x×*·] ?10(\^[+-]?[0-9]+|[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    r"|[0-9]{1,3}° ?([0-9]{1,2}['′] ?([0-9]{1,2}(\.[0-9]+)?(\"|″|'') ?)?)?[NSEWO]?",
    re.IGNORECASE,
)
_ISO_DAY = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9:]{2,5})?)?"
)
_ENCLOSED = {"[": "]", "{": "}"}
_PATTERNS = (
    (_GROUPED, Form.THOUSANDS),
    (_COMMA, Form.DECIMAL_COMMA),
    (_ISO_DAY, Form.NO_DAY),
    (_DATE, Form.DATE),
    (_DURATION, Form.DURATION),
    (re.compile(r"-?[0-9]+ m?s since 1970"), Form.FAR),
    (_OTHERWISE, Form.MARKED),
    (re.compile(rf"'{_NUMBER}'"), Form.QUOTED),
    (_PERIOD, Form.PERIOD),
    (_SEVERAL, Form.SEVERAL),
    (re.compile(rf"{_NUMBER} ?(/|±|\+/-) ?{_NUMBER}|{_NUMBER}[+-]{_NUMBER}[ij]"), Form.RATIO),
)
_INT64 = range(-(2**63), 2**63)
_LONGEST = 64


def form_of(text: str, rules: CellRules = USUAL) -> Form:
    """The form of a trimmed text that is no word for missing."""
    if rules.date_formats and declared_moment(text, rules) is not None:
        return Form.TIME
    if not rules.plain_numbers:
        plain = plain_numeral(text, rules)
        if plain is not None:
            return form_of(plain)
        return Form.POINT if _FLOAT.fullmatch(text) else _dressed(text)
    if text[0] in _ENCLOSED and text[-1] == _ENCLOSED[text[0]]:
        return Form.SEVERAL
    if len(text) > _LONGEST or not any(mark.isdigit() for mark in text):
        return Form.BOOLEAN if text.lower() in {"true", "false"} else Form.TEXT
    return _numeral(text) or _dressed(text)


def _numeral(text: str) -> Form | None:
    if _INTEGER.fullmatch(text):
        return Form.INTEGER if int(text) in _INT64 else Form.LONG
    if _CODE.fullmatch(text):
        return Form.CODE
    return Form.FLOAT if _FLOAT.fullmatch(text) else None


@lru_cache(maxsize=4096)
def _dressed(text: str) -> Form:
    if iso_moment(text) is not None:
        return Form.TIME
    for pattern, form in _PATTERNS:
        if pattern.fullmatch(text):
            return form
    if _MARKS.search(text):
        bare = _MARKS.sub("", text).strip()
        if any(pattern.fullmatch(bare) for pattern in (_FLOAT, _GROUPED, _COMMA)):
            return Form.MARKED
    if _UNIT.fullmatch(text):
        return Form.UNIT
    return Form.MARKED if _FLOAT.fullmatch(_in_ascii(text)) else Form.TEXT


def _in_ascii(text: str) -> str:
    """Digits of other scripts as 0 to 9; other marks as they are."""
    if text.isascii():
        return ""
    return "".join(str(unicodedata.digit(mark, mark)) for mark in text)
