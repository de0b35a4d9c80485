"""Our events are taken by OpenLineage's own classes, which are made from its schema.

Proves: operator/trainyard/clients/openlineage_events.py
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from lineage_samples import (
    NOW,
    a_lineage_refresh,
    a_lineage_run,
    a_lineage_search,
    a_lineage_version,
)

from benchmarks.serving.locked_environments import locked, python_of_locked
from trainyard.clients.openlineage_events import events_of
from trainyard.tracked import RunState, Tracked

READ_STRICTLY = """
import importlib, inspect, json, pkgutil, sys
import cattrs
from openlineage.client import generated
from openlineage.client.generated import base

classes = {}
for found in pkgutil.iter_modules(generated.__path__):
    module = importlib.import_module(f"{generated.__name__}.{found.name}")
    for _, kind in inspect.getmembers(module, inspect.isclass):
        if hasattr(kind, "_get_schema"):
            classes[kind._get_schema()] = kind

def exactly(kind):
    def read(value, _):
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value
    return read

converter = cattrs.Converter(forbid_extra_keys=True)
for kind in (str, int, float, bool):
    converter.register_structure_hook(kind, exactly(kind))

def without_facets(found):
    if isinstance(found, list):
        return [without_facets(item) for item in found]
    if not isinstance(found, dict):
        return found
    kept = {}
    for name, value in found.items():
        if name in ("facets", "inputFacets", "outputFacets"):
            for facet in value.values():
                read(facet, "_schemaURL")
        else:
            kept[name] = without_facets(value)
    return kept

def read(found, schema):
    plain = {name: value for name, value in found.items() if name != schema}
    made = converter.structure(plain, classes[found[schema]])
    if not found.get("_producer", found.get("producer")):
        raise ValueError("nobody has produced it")
    return made

for event in json.load(sys.stdin):
    read(without_facets(event), "schemaURL")
"""


def read_strictly(events: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    """Ask the classes, which take no name, type or version that is not in the schema."""
    python = str(python_of_locked(locked("openlineage")))
    return subprocess.run(
        (python, "-c", READ_STRICTLY),
        input=json.dumps(events),
        text=True,
        check=False,
        capture_output=True,
    )


def told(tracked: Tracked) -> list[dict[str, Any]]:
    """Return the events as they are sent."""
    found: list[dict[str, Any]] = json.loads(json.dumps(list(events_of(tracked, NOW))))
    return found


def test_every_event_is_one_of_openlineage() -> None:
    """Of runs in each state, with all that can be known and with hardly anything, a search with its
    trials, a refresh, and a version.
    """
    whole = a_lineage_run()
    bare = replace(whole, reads=(), gives=None, code=None, parameters={}, metrics={}, tags={})
    runs = [replace(run, state=state) for run in (whole, bare) for state in RunState]
    others = (a_lineage_search(), a_lineage_refresh(), a_lineage_version())
    known: list[Tracked] = [*runs, *others]
    events = [event for tracked in known for event in told(tracked)]
    assert 25 == len(events)
    answer = read_strictly(events)
    assert 0 == answer.returncode, answer.stderr[-2000:]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("run", "runId"), "no uuid"),
        (("eventTime",), "yesterday"),
        (("eventType",), "DONE"),
        (("job", "owner"), "somebody"),
        (("inputs", 0, "facets", "version", "datasetVersion"), 7),
        (("inputs", 0, "inputFacets", "dataQualityMetrics", "rowCount"), "many"),
        (("job", "facets", "jobType", "_schemaURL"), "https://openlineage.io/spec/nothing"),
    ],
)
def test_what_is_wrong_is_found(path: tuple[Any, ...], value: Any) -> None:
    """The classes would notice."""
    event = told(a_lineage_run())[-1]
    place: Any = event
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    assert 0 != read_strictly([event]).returncode
