"""What two lives are compared by."""

from __future__ import annotations

from benchmarks.faults.end_state import differences, lasting, masked


def test_what_differs_from_life_to_life_is_masked() -> None:
    """Times, uids, counts, the namespace and names with a uid in them."""
    state = {
        "a": "plan-1-2 at 2026-11-28T20:00:00Z",
        "b": "1b4e28ba-2fa1-11d2-883f-0016d3cca427 of data-0123456789",
        "c": "stable 3 of 120 after 45 requests",
    }
    found = masked(state, {"plan-1-2": "<namespace>", "data-0123456789": "refresh-0"})
    assert found == {
        "a": "<namespace> at <time>",
        "b": "<uid> of refresh-0",
        "c": "<counts> after <count> requests",
    }


def test_the_number_of_a_routing_is_compared() -> None:
    """It counts decisions: no fault makes one more, and none is taken back."""
    one, two = {"routingGeneration": 7}, {"routingGeneration": 8}
    assert ["/routingGeneration: 7 != 8"] == list(differences(masked(one, {}), masked(two, {})))


def test_of_a_child_the_status_is_somebody_elses() -> None:
    """Of ours it is compared; addresses are given by the cluster."""
    raw = {
        "metadata": {"labels": {"x": "y"}},
        "spec": {"clusterIP": "10.0.0.1"},
        "status": {"a": 1},
    }
    assert {} == lasting(raw, ours=False)["status"]
    assert {"a": 1} == lasting(raw, ours=True)["status"]
    assert {} == lasting(raw, ours=True)["spec"]


def test_differences_name_their_place() -> None:
    """Equal states have none; a list of another length differs as a whole."""
    one = {"a": {"b": [1, 2]}, "c": 3}
    assert [] == list(differences(one, {"a": {"b": [1, 2]}, "c": 3}))
    assert ["/a/b/1: 2 != 5"] == list(differences(one, {"a": {"b": [1, 5]}, "c": 3}))
    assert ["/a/b: [1, 2] != [1]", "/c: 3 != None"] == list(differences(one, {"a": {"b": [1]}}))


def test_how_long_a_step_will_take_is_no_difference() -> None:
    """It is reckoned from the requests that came in this very life."""
    said = [f"step 2; about {time} at the present rate of requests" for time in ("2 s", "4 s")]
    first, second = (masked({"why": text}, {}) for text in said)
    assert {"why": "step 2"} == first == second
