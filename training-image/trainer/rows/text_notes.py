"""What may surprise a person about an inferred column of texts?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trainer.rows.cell_forms import NUMBERS, Form
from trainer.rows.findings import shown
from trainer.rows.inference import MAX_CATEGORIES, InferredColumn
from trainer.tasks.train_task import MAX_CATEGORIES as KEPT_CATEGORIES

_MANY = 0.5
_TRUTHS = (frozenset({"true", "t", "yes", "y", "1"}), frozenset({"false", "f", "no", "n", "0"}))
_WAYS = {
    Form.UNIT: "export plain numbers to use it as a number",
    Form.PERIOD: "declare csv.dateFormats and type Timestamp to read it as a time",
    Form.SEVERAL: "export one column per value",
    Form.RATIO: "export their quotient, or one column per number, to use them as numbers",
}


def text_notes(name: str, inferred: InferredColumn, *, feature: bool) -> Iterator[str]:
    """One sentence each; none where texts are what they look like."""
    several = len(inferred.texts)
    if feature and KEPT_CATEGORIES < several <= MAX_CATEGORIES:
        yield (
            f"column {name} has {several} different texts: the built-in preprocessing keeps the"
            f" {KEPT_CATEGORIES} most frequent apart and takes all others as one"
        )
    if not inferred.nearly:
        yield from _numbers_as_text(name, inferred)
    yield from _quoted(name, inferred.texts)
    yield from _same_meaning(name, inferred.texts)
    yield from _damaged(name, inferred.texts)


def _numbers_as_text(name: str, inferred: InferredColumn) -> Iterator[str]:
    for form in (Form.CODE, Form.LONG):
        if inferred.forms[form]:
            _, text = inferred.first[form][0]
            yield f"column {name} is text, no number: cells such as {shown(text)} are {form.value}"
            return
    for form, way in _WAYS.items():
        count = inferred.forms[form]
        if count and count >= _MANY * inferred.seen:
            _, text = inferred.first[form][0]
            yield (
                f"column {name} is text: {count} of {inferred.seen} cells are {form.value}, such as"
                f" {shown(text)}; {way}"
            )
            return
    numbers = inferred.count(NUMBERS)
    if numbers and numbers >= _MANY * inferred.seen:
        row, text = inferred.odd_cells(NUMBERS)[0]
        yield (
            f"column {name} is text although {numbers} of {inferred.seen} cells are numbers: row"
            f" {row} is {shown(text)}"
        )


def _quoted(name: str, texts: set[str]) -> Iterator[str]:
    if texts and all(len(text) > 1 and text[0] == text[-1] == "'" for text in texts):
        yield (
            f"column {name} has texts in single quotation marks, which are kept as a part of them:"
            """ declare csv.quote: "'" """.rstrip()
        )


def _same_meaning(name: str, texts: set[str]) -> Iterator[str]:
    """Texts that are different categories although people mean one thing."""
    lowered = {text.lower() for text in texts}
    if len(texts) > 2 and lowered <= _TRUTHS[0] | _TRUTHS[1] and not lowered <= {"0", "1"}:
        found = ", ".join(sorted(texts))
        yield f"column {name} writes two truths in {len(texts)} ways ({found}): declare it Boolean"
        return
    pairs = list(alike(texts))
    if pairs:
        pair = " and ".join(shown(text) for text in pairs[0])
        yield (
            f"column {name} has {len(pairs)} texts in several spellings that are different"
            f" categories: {pair} differ in capitals alone"
        )


def alike(texts: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Texts that differ in capitals alone, together; in their order."""
    groups: dict[str, list[str]] = {}
    for text in sorted(texts):
        groups.setdefault(text.casefold(), []).append(text)
    yield from (tuple(group) for group in groups.values() if len(group) > 1)


def _damaged(name: str, texts: set[str]) -> Iterator[str]:
    damaged = sorted(text for text in texts if _is_damaged(text))
    if damaged:
        yield (
            f"column {name} holds texts with damaged characters, such as {shown(damaged[0])}: they"
            " were once read in a wrong encoding; export them again"
        )


def _is_damaged(text: str) -> bool:
    """True for the replacement character, and for UTF-8 that was read as Windows-1252."""
    if text.isascii():
        return "\0" in text
    if "\ufffd" in text:
        return True
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False
