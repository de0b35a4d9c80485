"""The language of rules, with what Kubernetes adds to it."""

from __future__ import annotations

from typing import Any

import pytest

from trainyardctl.lint.rules import rule_faults


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("self.split('/').exists(p, p == '..') == false", "a/b", "a/../b"),
        ("self.map(x, x).sum() == 100", [40, 60], [40, 50]),
        ("self.map(x, x).isSorted()", [1, 2], [2, 1]),
        ("quantity(self).compareTo(quantity('1Gi')) >= 0", "1025Mi", "1023Mi"),
        ("isQuantity(self)", "100m", "much"),
        ("self.substring(1, 3) == 'bc'", "abcd", "acbd"),
        ("type(self) == int ? self > 1 : self == 'all'", 2, "some"),
        ("has(self.__import__)", {"import": 1}, {"export": 1}),
        ("self == oldSelf || self > 3", 1, None),
    ],
)
def test_a_rule_is_asked(rule: str, good: Any, bad: Any) -> None:
    """A rule about a change cannot be asked of a file."""
    schema = {"x-kubernetes-validations": [{"rule": rule, "message": "no"}]}
    assert [] == list(rule_faults(schema, good))
    if bad is not None:
        assert ["no"] == [fault.message for fault in rule_faults(schema, bad)]


def test_rules_on_parts_are_asked_of_each_part() -> None:
    """The field is named; a rule without a sentence is shown itself."""
    item = {"x-kubernetes-validations": [{"rule": "self > 1"}]}
    schema = {
        "properties": {"steps": {"items": item}},
        "additionalProperties": {"x-kubernetes-validations": [{"rule": "self != 'x'"}]},
    }
    found = [(f.field, f.message) for f in rule_faults(schema, {"steps": [2, 1], "other": "x"})]
    assert [
        ("steps[1]", "breaks the rule self > 1"),
        ("other", "breaks the rule self != 'x'"),
    ] == found


def test_a_rule_that_cannot_be_asked_of_the_value_does_not_hold() -> None:
    """The API server refuses such a value as well."""
    schema = {"x-kubernetes-validations": [{"rule": "quantity(self).compareTo(quantity('1')) > 0"}]}
    assert 1 == len(list(rule_faults(schema, "much")))
