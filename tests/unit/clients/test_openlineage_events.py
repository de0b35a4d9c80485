"""What is told of runs and versions in the words of OpenLineage.

That its own classes take the events says tests/peers/test_openlineage.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lineage_samples import (
    BEGAN,
    BUNDLE,
    ENDED,
    NOW,
    a_lineage_refresh,
    a_lineage_run,
    a_lineage_search,
    a_lineage_version,
)

from trainyard.clients.openlineage_events import events_of, run_id
from trainyard.tracked import RunState


def told(**fields: Any) -> list[tuple[str, str]]:
    """Return the types and times of the events of a run."""
    events = events_of(replace(a_lineage_run(), **fields), NOW)
    return [(event["eventType"], event["eventTime"]) for event in events]


@pytest.mark.parametrize(
    ("state", "kind", "at"),
    [
        (RunState.RUNNING, "RUNNING", NOW),
        (RunState.FINISHED, "COMPLETE", ENDED),
        (RunState.FAILED, "FAIL", ENDED),
        (RunState.KILLED, "ABORT", ENDED),
    ],
)
def test_a_run_is_told_from_its_beginning(state: RunState, kind: str, at: Any) -> None:
    """Whatever of it was told before."""
    assert [("START", BEGAN.isoformat()), (kind, at.isoformat())] == told(state=state)


def test_a_run_never_ends_before_it_began() -> None:
    """Clocks of several machines differ."""
    early = BEGAN - timedelta(seconds=3)
    assert [BEGAN.isoformat()] * 2 == [at for _, at in told(ended_at=early)]


def test_what_was_read_has_its_version_rows_and_columns() -> None:
    """And the place where its files are, by which other systems name it."""
    *_, last = events_of(a_lineage_run(), NOW)
    (read,) = last["inputs"]
    assert ("trainyard://main/team-a", "dataset/wine") == (read["namespace"], read["name"])
    facets = read["facets"]
    assert f"sha256:{'d' * 64}" == facets["version"]["datasetVersion"]
    assert [{"name": "alcohol", "type": "Float"}] == facets["schema"]["fields"]
    (where,) = facets["symlinks"]["identifiers"]
    assert ("s3://data", "raw/wine/") == (where["namespace"], where["name"])
    quality = read["inputFacets"]["dataQualityMetrics"]
    assert (178, 11_000) == (quality["rowCount"], quality["bytes"])


def test_what_was_given_is_told_when_it_is_there() -> None:
    """The model is a dataset of its own, in the version of its digest."""
    first, last = events_of(a_lineage_run(), NOW)
    assert [] == first["outputs"]
    (given,) = last["outputs"]
    assert ("model/wine", BUNDLE) == (given["name"], given["facets"]["version"]["datasetVersion"])


def test_a_run_says_of_which_code_it_is_and_what_it_reached() -> None:
    """Metrics stand among its tags, as no facet of the standard holds them."""
    *_, last = events_of(a_lineage_run(), NOW)
    code = last["job"]["facets"]["sourceCodeLocation"]
    assert ("https://git.example/wine", "abc123") == (code["url"], code["version"])
    tags = {tag["key"]: tag["value"] for tag in last["run"]["facets"]["tags"]["tags"]}
    assert {"metrics.roc_auc": "0.97", "trainyard.run": "wine-1"}.items() <= tags.items()
    (parameter,) = last["run"]["facets"]["executionParameters"]["parameters"]
    assert {"key": "n_estimators", "value": "200"} == parameter


def test_a_failure_says_why() -> None:
    """In the facet that people look at."""
    why = "OutOfMemory: container train needed more than 1Gi"
    *_, last = events_of(replace(a_lineage_run(), state=RunState.FAILED, why=why), NOW)
    assert why == last["run"]["facets"]["errorMessage"]["message"]


def test_trials_are_told_below_their_run_when_it_has_ended() -> None:
    """Each with what it tried and its score, or that it has none; while it goes on, none is."""
    running = replace(a_lineage_search(), state=RunState.RUNNING)
    assert 2 == len(list(events_of(running, NOW)))
    first, *trials, last = events_of(a_lineage_search(), NOW)
    assert [first["run"]["runId"]] * 4 == [
        event["run"]["facets"]["parent"]["run"]["runId"] for event in trials
    ]
    assert ["START", "COMPLETE", "START", "FAIL"] == [event["eventType"] for event in trials]
    assert {"wine/trial"} == {event["job"]["name"] for event in trials}
    assert 3 == len({event["run"]["runId"] for event in (*trials, last)})
    good = trials[1]["run"]["facets"]
    assert {"key": "max_depth", "value": "3"} in good["executionParameters"]["parameters"]
    assert ("metrics.roc_auc", "0.9") in {(t["key"], t["value"]) for t in good["tags"]["tags"]}
    assert [] == trials[1]["outputs"]
    assert last["inputs"] == trials[1]["inputs"]


def test_what_has_an_address_is_named_by_it() -> None:
    """As others name it; what is written is counted."""
    *_, last = events_of(a_lineage_refresh(), NOW)
    (read,), (given,) = last["inputs"], last["outputs"]
    assert ("s3://data", "raw/wine/", {}) == (read["namespace"], read["name"], read["facets"])
    written = given["outputFacets"]["outputStatistics"]
    assert (178, 11_000) == (written["rowCount"], written["size"])
    assert "INGESTION" == last["job"]["facets"]["jobType"]["jobType"]


def test_an_id_belongs_to_one_run() -> None:
    """However often it is told."""
    assert run_id("uid/wine-1") == run_id("uid/wine-1")
    assert run_id("uid/wine-1") != run_id("uid/wine-2")


def test_a_version_is_told_with_its_roles() -> None:
    """By an event of the dataset that the model is; one that nobody serves has none."""
    (event,) = events_of(a_lineage_version(), NOW)
    tags = {tag["key"]: tag["value"] for tag in event["dataset"]["facets"]["tags"]["tags"]}
    assert "champion" == tags["trainyard.roles"]
    (event,) = events_of(replace(a_lineage_version(), aliases=()), NOW)
    tags = {tag["key"]: tag["value"] for tag in event["dataset"]["facets"]["tags"]["tags"]}
    assert "trainyard.roles" not in tags
