"""The cache never goes back in time, whichever side it is fed from."""

from __future__ import annotations

from typing import Any

import pytest

from trainyard.reconciling.cache import Cache, Scope

EVERYWHERE = Scope("Job")


def job(name: str, version: int, namespace: str = "ns", **labels: str) -> dict[str, Any]:
    """Return a Job as the API server stores it."""
    metadata = {"namespace": namespace, "name": name, "resourceVersion": str(version)}
    return {"kind": "Job", "metadata": {**metadata, "labels": labels, "managedFields": [{}]}}


def names(cache: Cache) -> list[str]:
    """Return the names of all cached Jobs."""
    return [raw["metadata"]["name"] for raw in cache.list("Job")]


def test_managed_fields_are_dropped() -> None:
    """They are half of the memory and nobody reads them."""
    cache = Cache()
    cache.put("Job", job("a", 1))
    found = cache.get("Job", "ns", "a")
    assert found is not None
    assert "managedFields" not in found["metadata"]


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
    cache.replace(EVERYWHERE, [job("alive", 4)], resource_version=9)
    assert ["alive"] == names(cache)


def test_a_list_does_not_prune_what_is_newer_than_itself() -> None:
    """An object created after the list was taken is not a ghost."""
    cache = Cache()
    cache.put("Job", job("young", 12))
    cache.replace(EVERYWHERE, [], resource_version=9)
    assert ["young"] == names(cache)


def test_an_event_from_before_the_list_is_ignored() -> None:
    """A watch that resumes at an old version replays the past: the list already knew it."""
    cache = Cache()
    cache.replace(EVERYWHERE, [], resource_version=9)
    cache.put("Job", job("past", 8))
    assert [] == names(cache)


def test_a_list_of_one_namespace_leaves_the_others_alone() -> None:
    """In namespaced mode each namespace is listed for itself."""
    cache = Cache()
    cache.put("Job", job("here", 3, namespace="here"))
    cache.put("Job", job("there", 3, namespace="there"))
    cache.replace(Scope("Job", "here"), [], resource_version=9)
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


def test_the_listener_hears_of_each_news_once() -> None:
    """New, changed, deleted and pruned objects; repetitions are no news."""
    heard: list[tuple[str, str]] = []
    cache = Cache()
    cache.tell(lambda kind, raw: heard.append((kind, raw["metadata"]["resourceVersion"])))
    cache.put("Job", job("a", 1))
    cache.put("Job", job("a", 1))
    cache.remove("Job", job("a", 2))
    cache.remove("Job", job("a", 2))
    cache.put("Job", job("ghost", 3))
    cache.replace(EVERYWHERE, [], resource_version=9)
    assert [("Job", "1"), ("Job", "2"), ("Job", "3"), ("Job", "3")] == heard
