"""What cells look like."""

from __future__ import annotations

import pytest

from trainer.files.cell_rules import CellRules
from trainer.rows.cell_forms import Form, form_of


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("12", Form.INTEGER),
        ("-0.5e3", Form.FLOAT),
        ("007", Form.CODE),
        ("1" * 20, Form.LONG),
        ("true", Form.BOOLEAN),
        ("2026-01-02T03:04:05Z", Form.TIME),
        ("1,234", Form.THOUSANDS),
        ("1.234.567,89", Form.THOUSANDS),
        ("12,5", Form.DECIMAL_COMMA),
        ("$12.50", Form.MARKED),
        ("12 %", Form.MARKED),
        ("(12.5)", Form.MARKED),
        ("12.5-", Form.MARKED),
        ("31/12/2025", Form.DATE),
        ("31.12.2025 08:15", Form.DATE),
        ("Jan 2, 2025", Form.DATE),
        ("Mon, 02 Jan 2025 03:04:05 GMT", Form.DATE),
        ("2025/1/2", Form.DATE),
        ("02:30:00", Form.DURATION),
        ("3 days, 02:30:00", Form.DURATION),
        ("PT1H", Form.DURATION),
        ("1.2.10", Form.TEXT),
        ("A-12", Form.TEXT),
        ("192.168.0.1", Form.TEXT),
        ("left", Form.TEXT),
    ],
)
def test_each_cell_has_one_form(text: str, form: Form) -> None:
    """Told by its characters."""
    assert form is form_of(text)


def test_declared_marks_decide() -> None:
    """What is a number or a date by the rules is one."""
    rules = CellRules(decimal=",", thousands=".", date_formats=("%d.%m.%Y",))
    texts = ("1.234", "1,5", "31.12.2025", "0.375", "1.5", "A-1")
    found = [form_of(text, rules) for text in texts]
    expected = [Form.INTEGER, Form.FLOAT, Form.TIME, Form.POINT, Form.POINT, Form.TEXT]
    assert expected == found
