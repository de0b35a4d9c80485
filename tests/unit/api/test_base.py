"""What all kinds have in common."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from trainyard.api.base import Condition, DecimalString, Digest, KindStatus, ObjectMeta, cel


def test_names_are_camel_case_outside_and_times_are_utc() -> None:
    """As the API server stores them."""
    condition = Condition(
        type="Ready",
        status="True",
        reason="Fine",
        last_transition_time=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    assert {
        "type": "Ready",
        "status": "True",
        "reason": "Fine",
        "message": "",
        "observedGeneration": 0,
        "lastTransitionTime": "2026-01-02T03:04:05Z",
    } == condition.to_api()


def test_unknown_fields_are_no_fault() -> None:
    """An operator that is rolled back under a newer CRD goes on."""
    meta = ObjectMeta.model_validate({"name": "a", "inventedLater": True})
    assert "a" == meta.name


def test_a_status_read_and_written_is_the_same() -> None:
    """Otherwise a settled object would be written again and again."""
    stored = KindStatus(observed_generation=3, last_request="run@a").to_api()
    assert stored == KindStatus.model_validate(stored).to_api()


def test_values_are_frozen() -> None:
    """What was decided does not change on its way."""
    with pytest.raises(ValidationError):
        KindStatus().observed_generation = 3  # type: ignore[misc]  # that is what is tried


def test_values_need_no_copies() -> None:
    """Defaults are shared by all objects that are read."""
    status = KindStatus()
    assert copy.deepcopy(status) is status


@pytest.mark.parametrize("text", ["0.95", "-3", "1e-5", "12"])
def test_decimals(text: str) -> None:
    """Numbers are strings, because JSON numbers lose digits."""
    assert text == TypeAdapter(DecimalString).validate_python(text)


@pytest.mark.parametrize("text", ["", "0,95", ".5", "NaN", "1.", "0x1"])
def test_what_is_no_decimal(text: str) -> None:
    """Nothing that two programs would read differently."""
    with pytest.raises(ValidationError):
        TypeAdapter(DecimalString).validate_python(text)


@pytest.mark.parametrize("text", ["sha256:" + "a" * 64, "sha256:" + "0" * 64])
def test_digests(text: str) -> None:
    """`sha256:` and 64 hex digits."""
    assert text == TypeAdapter(Digest).validate_python(text)


@pytest.mark.parametrize("text", ["a" * 64, "sha256:" + "A" * 64, "sha256:" + "a" * 63, "latest"])
def test_what_is_no_digest(text: str) -> None:
    """A tag or a shortened digest is not the thing itself."""
    with pytest.raises(ValidationError):
        TypeAdapter(Digest).validate_python(text)


def test_rules_become_the_extension_that_the_api_server_enforces() -> None:
    """One message per rule, written for the user."""
    assert {
        "x-kubernetes-validations": [{"rule": "self > 0", "message": "must be positive"}]
    } == cel(("self > 0", "must be positive"))
