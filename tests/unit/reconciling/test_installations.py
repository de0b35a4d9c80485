"""Which other installation looks after an object as well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from toy_context import NOW, ToyContext, toy_context

from trainyard.reconciling.installations import QUIET, others_at_work, remedy, status_writers

OWN, OTHER = "ours/default", "theirs/default"


def written(by: str, minutes_ago: float) -> dict[str, Any]:
    """Return the entry of somebody who wrote the status."""
    time = (NOW - timedelta(minutes=minutes_ago)).isoformat().replace("+00:00", "Z")
    return {"manager": by, "operation": "Update", "subresource": "status", "time": time}


def written_by_other(here: ToyContext, *, minutes_ago: float) -> None:
    """Have the other installation write the toy's status."""
    metadata = here.cluster.objects["Toy", "ns", "a"]["metadata"]
    metadata["managedFields"] = [written(f"trainyard/{OTHER}", minutes_ago)]


@pytest.mark.parametrize(
    ("entry", "began", "others"),
    [
        pytest.param(written(f"trainyard/{OTHER}", 1), 60, [OTHER], id="another one, lately"),
        pytest.param(written(f"trainyard/{OTHER}", 11), 60, [], id="one that is gone"),
        pytest.param(written(f"trainyard/{OTHER}", 4), 3, [], id="one that we took over from"),
        pytest.param(written(f"trainyard/{OWN}", 1), 60, [], id="ourselves, or our other replica"),
        pytest.param(written("trainyard", 1), 60, [], id="one that did not say which it is"),
        pytest.param(written("kubectl-edit", 1), 60, [], id="a person"),
        pytest.param({"manager": f"trainyard/{OTHER}"}, 60, [], id="nobody knows when"),
    ],
)
def test_who_else_is_at_work(entry: dict[str, Any], began: int, others: list[str]) -> None:
    """Of late, and since we began."""
    raw = {"metadata": {"managedFields": [entry]}}
    assert others == others_at_work(raw, OWN, NOW - timedelta(minutes=began), NOW)


def test_only_who_and_when_is_kept() -> None:
    """What each wrote is most of the memory."""
    entry = written(f"trainyard/{OTHER}", 1) | {"fieldsV1": {"f:status": {}}}
    found = status_writers({"managedFields": [entry, written("kubectl", 1)]})
    assert [{"manager": entry["manager"], "time": entry["time"]}] == found
    assert [] == status_writers({})


def test_each_of_two_says_the_same() -> None:
    """Else each would write its own sentence over that of the other, for ever."""
    assert remedy(OWN, [OTHER]) == remedy(OTHER, [OWN])
    assert "ours/default and theirs/default" in remedy(OWN, [OTHER])


async def test_neither_goes_on_until_one_is_gone() -> None:
    """The status says so, nothing is done, and work goes on when the other has fallen silent."""
    here = toy_context()
    await here.paint(color="red")
    written_by_other(here, minutes_ago=1)
    here.cluster.writes.clear()
    assert [QUIET, QUIET] == [await here.once(), await here.once()]
    assert [("put_status", "Toy", "a")] == here.cluster.writes
    assert "LookedAfterTwice" == await here.stalled()
    written_by_other(here, minutes_ago=10)
    await here.paint(color="blue")
    await here.once()
    assert "" == await here.stalled()
    assert await here.cluster.get("ConfigMap", "ns", "a-color")
