"""The cache never goes back in time, whichever side it is fed from."""

from __future__ import annotations

from typing import Any

import pytest
from toys import Toy

from trainyard.reconciling.cache import INDEXED, Cache, Change, Scope

EVERYWHERE = Scope("Job")


def job(name: str, version: int, namespace: str = "ns", **labels: str) -> dict[str, Any]:
    """Return a Job as the API server stores it."""
    metadata = {"namespace": namespace, "name": name, "resourceVersion": str(version)}
    return {"kind": "Job", "metadata": {**metadata, "labels": labels, "managedFields": [{}]}}


def names(cache: Cache) -> list[str]:
    """Return the names of all cached Jobs."""
    return sorted(name for _, name in cache.names("Job"))


def test_managed_fields_are_dropped() -> None:
    """They are half of the memory and nobody reads them."""
    cache = Cache()
    cache.put("Job", job("a", 1))
    found = cache.get("Job", "ns", "a")
    assert found is not None
    assert "managedFields" not in found["metadata"]


def test_which_installation_wrote_the_status_is_kept() -> None:
    """Who and when, not what."""
    cache, raw = Cache(), job("a", 1)
    entry = {"manager": "trainyard/a/default", "time": "2026-01-02T03:04:05Z"}
    raw["metadata"]["managedFields"] = [entry | {"fieldsV1": {}}, {"manager": "kubectl"}]
    cache.put("Job", raw)
    found = cache.get("Job", "ns", "a")
    assert found is not None
    assert [entry] == found["metadata"]["managedFields"]


@pytest.mark.parametrize(
    ("versions", "held"),
    [
        pytest.param((1, 2), "2", id="a newer version replaces an older one"),
        pytest.param((2, 1), "2", id="an older version is ignored"),
        pytest.param((2, 2), "2", id="the same version is no news"),
    ],
)
def test_the_newest_version_is_held(versions: tuple[int, ...], held: str) -> None:
    """Watch events and answers to our writes may arrive in any order."""
    cache = Cache()
    for version in versions:
        cache.put("Job", job("a", version))
    found = cache.get("Job", "ns", "a")
    assert found is not None
    assert held == found["metadata"]["resourceVersion"]


def test_a_late_event_does_not_bring_a_deleted_object_back() -> None:
    """What was deleted at 5 is not there because somebody tells of version 4."""
    cache = Cache()
    cache.put("Job", job("a", 3))
    cache.remove("Job", job("a", 5))
    cache.put("Job", job("a", 4))
    assert [] == names(cache)


def test_an_object_made_again_under_the_same_name_is_held() -> None:
    """A deletion forbids only what is older."""
    cache = Cache()
    cache.put("Job", job("a", 3))
    cache.remove("Job", job("a", 5))
    cache.put("Job", job("a", 6))
    assert ["a"] == names(cache)


def test_a_list_prunes_what_vanished_unseen() -> None:
    """Nobody tells of a deletion that happened while no watch was open; the list does."""
    cache = Cache()
    cache.put("Job", job("ghost", 3))
    cache.put("Job", job("alive", 4))
    cache.prune(EVERYWHERE, [("ns", "alive")], resource_version=9)
    assert ["alive"] == names(cache)


def test_a_list_does_not_prune_what_is_newer_than_itself() -> None:
    """An object created after the list was taken is not a ghost."""
    cache = Cache()
    cache.put("Job", job("young", 12))
    cache.prune(EVERYWHERE, [], resource_version=9)
    assert ["young"] == names(cache)


def test_an_event_from_before_the_list_is_ignored() -> None:
    """A watch that resumes at an old version replays the past: the list already knew it."""
    cache = Cache()
    cache.prune(EVERYWHERE, [], resource_version=9)
    cache.put("Job", job("past", 8))
    assert [] == names(cache)


def test_a_list_of_one_namespace_leaves_the_others_alone() -> None:
    """In namespaced mode each namespace is listed for itself."""
    cache = Cache()
    cache.put("Job", job("here", 3, namespace="here"))
    cache.put("Job", job("there", 3, namespace="there"))
    cache.prune(Scope("Job", "here"), [], resource_version=9)
    cache.put("Job", job("later", 5, namespace="there"))
    assert ["later", "there"] == names(cache)


def test_lists_are_ordered_by_name_and_selected_by_all_labels() -> None:
    """Observations are the same whatever order the events came in."""
    cache = Cache()
    cache.put("Job", job("b", 1, role="x", owner="me"))
    cache.put("Job", job("a", 2, role="x", owner="me"))
    cache.put("Job", job("c", 3, role="x"))
    found = cache.list("Job", "ns", {"role": "x", "owner": "me"})
    assert ["a", "b"] == [raw["metadata"]["name"] for raw in found]


def test_the_subscriber_hears_of_each_news_once() -> None:
    """New, changed, deleted and pruned objects, as they were and are; repetitions are no news."""
    heard: list[tuple[int, str]] = []
    cache = Cache()
    cache.subscribe(lambda change: heard.append(versions_of(change)))
    cache.put("Job", job("a", 1))
    cache.put("Job", job("a", 1))
    cache.put("Job", job("a", 2))
    cache.remove("Job", job("a", 3))
    cache.remove("Job", job("a", 3))
    cache.put("Job", job("ghost", 4))
    cache.prune(EVERYWHERE, [], resource_version=9)
    assert [(0, "1"), (1, "2"), (2, ""), (0, "4"), (4, "")] == heard


def versions_of(change: Change) -> tuple[int, str]:
    """Return the versions before and after; 0 and empty where there is none."""
    before = change.before.version if change.before else 0
    return before, change.after["metadata"]["resourceVersion"] if change.after else ""


@pytest.mark.parametrize("label", INDEXED)
def test_children_are_found_by_an_indexed_label(label: str) -> None:
    """Also after the label has changed, and when the child is gone."""
    cache = Cache()
    for name, version in (("a", 1), ("b", 2), ("c", 3)):
        cache.put("Job", job(name, version, **{label: "me"}))
    cache.put("Job", job("b", 4, **{label: "another"}))
    cache.remove("Job", job("c", 5))
    found = cache.list("Job", "ns", {label: "me"})
    assert ["a"] == [raw["metadata"]["name"] for raw in found]


def toy(version: int, color: str) -> dict[str, Any]:
    """Return a toy as the API server stores it."""
    metadata = {"namespace": "ns", "name": "a", "resourceVersion": str(version)}
    return {"kind": "Toy", "metadata": metadata, "spec": {"color": color}}


def test_an_object_is_typed_once_per_version() -> None:
    """Whoever reads it gets the same value until it changes."""
    cache = Cache()
    cache.put("Toy", toy(1, "red"))
    first = cache.load(Toy, "ns", "a")
    assert first is cache.load(Toy, "ns", "a")
    cache.put("Toy", toy(2, "blue"))
    second = cache.load(Toy, "ns", "a")
    assert second is not None
    assert "blue" == second.spec.color
    cache.remove("Toy", toy(3, "blue"))
    assert cache.load(Toy, "ns", "a") is None


def test_of_the_config_maps_of_users_only_name_and_version_are_kept() -> None:
    """There are all of a cluster, and some have everything that was applied in an annotation."""
    cache = Cache()
    cache.put("ConfigMapMetadata", job("c", 7, team="a"))
    expected = {"namespace": "ns", "name": "c", "resourceVersion": "7"}
    assert {"metadata": expected} == cache.get("ConfigMapMetadata", "ns", "c")


def test_of_pods_only_their_state_is_kept() -> None:
    """What a pod is made of is as long as the rest together, and stands in its owner."""
    cache = Cache()
    cache.put("Pod", {**job("p", 1), "spec": {"containers": []}, "status": {"phase": "Running"}})
    found = cache.get("Pod", "ns", "p")
    assert found is not None
    assert {"phase": "Running"} == found["status"]
    assert "spec" not in found
