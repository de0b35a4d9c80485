"""When a Dataset refreshes."""

from __future__ import annotations

from typing import Any

import pytest
from builders_training import NOW, a_dataset, an_installation, digest

from trainyard.api.v1alpha1.dataset_status import DatasetStatus, LockedSchema, Refresh, RefreshDone
from trainyard.datasets.observed import Observed
from trainyard.datasets.triggers import new_refresh, next_trigger

SPEC = digest("a")


def _refresh(**fields: Any) -> Refresh:
    values: dict[str, Any] = {
        "name": "tumours-0123456789",
        "trigger": "spec",
        "spec_digest": SPEC,
        "queued_at": NOW,
        "phase": "Succeeded",
    }
    return Refresh(**{**values, **fields})


ANSWERED = RefreshDone(id="s1", outcome="New")


@pytest.mark.parametrize(
    ("last", "asked", "expected"),
    [
        pytest.param(None, {}, "spec", id="never refreshed"),
        pytest.param(_refresh(spec_digest=digest("b")), {}, "spec", id="the spec changed"),
        pytest.param(_refresh(), {}, None, id="nothing asks"),
        pytest.param(_refresh(), {"request": "refresh@1"}, "request:refresh@1", id="a request"),
        pytest.param(
            _refresh(), {"requested": ("s2",)}, "retrain:s2", id="a TrainingJob's request"
        ),
        pytest.param(_refresh(), {"requested": ("s1",)}, None, id="an answered one"),
        pytest.param(
            _refresh(config_map_version="7"), {"config_map": "8"}, "configMap:8", id="another file"
        ),
        pytest.param(_refresh(config_map_version="8"), {"config_map": "8"}, None, id="the same"),
        pytest.param(_refresh(config_map_version="8"), {"config_map": ""}, None, id="gone"),
        pytest.param(_refresh(), {"config_map": "8"}, "configMap:8", id="not there before"),
        pytest.param(_refresh(), {"due_slot": NOW}, "cron:2026-05-04T12:00:00Z", id="a slot"),
        pytest.param(
            _refresh(),
            {"due_slot": NOW, "requested": ("s2",)},
            "retrain:s2",
            id="a request before a slot",
        ),
    ],
)
def test_the_next_trigger(
    last: Refresh | None, asked: dict[str, Any], expected: str | None
) -> None:
    """What a person changed comes first, then what waits for the answer, then the clock."""
    status = DatasetStatus(last_refresh=last, refreshes_done=(ANSWERED,))
    observed = Observed(
        an_installation(),
        requested=asked.get("requested", ()),
        config_map_version=asked.get("config_map", ""),
    )
    found = next_trigger(
        status, SPEC, observed, request=asked.get("request"), due_slot=asked.get("due_slot")
    )
    assert expected == found


def test_a_refresh_obeys_the_locked_schema_unless_columns_are_declared() -> None:
    """And it is named by what causes it."""
    locked = LockedSchema(digest=digest("d"), schema_digest=digest("5"))
    status = DatasetStatus(locked_schema=locked)
    inferred = new_refresh(a_dataset(), status, "spec", SPEC, NOW)
    columns = [{"name": "diagnosis", "type": "Category"}]
    declared = new_refresh(a_dataset(columns=columns), status, "spec", SPEC, NOW)
    assert (inferred.locked_schema, declared.locked_schema) == (digest("d"), None)
    assert inferred.name != new_refresh(a_dataset(), status, "cron:1", SPEC, NOW).name
