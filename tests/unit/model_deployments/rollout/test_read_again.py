"""Every field that is read from the children, and what stays known of rollouts that ended.

Proves: operator/trainyard/model_deployments/rollout/rebuilding.py
Proves: operator/trainyard/model_deployments/rollout/past_rollouts.py
"""

from __future__ import annotations

from typing import Any

import pytest
from builders_serving import INSTALLATION, NOW, a_model_deployment, digest
from standings import rollout

from trainyard.api.v1alpha1.arm import Arm
from trainyard.api.v1alpha1.model_deployment_status import (
    ModelDeploymentStatus,
    QuarantineEntry,
    Revision,
)
from trainyard.api.v1alpha1.rollout_status import TrafficShare
from trainyard.model_deployments.observed import Observed
from trainyard.model_deployments.revision.workload import Workload
from trainyard.model_deployments.rollout.past_rollouts import SERVED_KEPT, arms_of, served_before
from trainyard.model_deployments.rollout.rebuilding import rebuilt
from trainyard.model_deployments.source import Wanted
from trainyard.model_deployments.traffic.carrier import Carrier
from trainyard.model_deployments.view import Turn, View

LOST = QuarantineEntry(
    bundle_digest=digest("d"), revision="lost", since=NOW, reason="Crashed", message="exit 1"
)
STEP = rollout(2, why="all pass")
CANARY_AT_30 = tuple(
    TrafficShare(role=role, revision=name, weight_percent=weight)
    for role, name, weight in (("stable", "s", 70), ("canary", "c", 30))
)

UNKNOWN = TrafficShare(role="canary", revision="x", weight_percent=0)


def read(carrier: Carrier, status: dict[str, Any] | None = None, **roles: str) -> Turn:
    """Return what is read where these revisions have these roles."""
    resource = a_model_deployment(status=status or {})
    observed = Observed(
        INSTALLATION,
        Wanted("", ""),
        workloads={name: Workload(name, role=role) for name, role in roles.items()},
        records={
            name: Revision(revision=name, bundle_digest=digest("a"), image_refresh=f"t-{name}")
            for name in roles
        },
        quarantine=(LOST,),
        carrier=carrier,
    )
    view = View(resource, observed, NOW)
    return rebuilt(view, view.begin())


def weights(turn: Turn) -> dict[str, int]:
    """Return the weights by revision."""
    return {share.revision: share.weight_percent for share in turn.status.traffic}


def test_what_the_children_say_is_the_status() -> None:
    """Number, quarantine, the token of a refresh; and people are told."""
    turn = read(Carrier(generation=7, traffic=CANARY_AT_30, rollout=STEP), s="stable", c="canary")
    status = turn.status
    assert status.stable is not None
    assert status.canary is not None
    assert ("s", "c", 7, (LOST,), "t-c") == (
        status.stable.revision,
        status.canary.revision,
        status.routing_generation,
        status.quarantine,
        status.image_refresh,
    )
    assert (STEP, {"s": 70, "c": 30}) == (status.rollout, weights(turn))
    message = "the status was empty and was read again from the children: c, s"
    assert [("Warning", "Rebuilt", message)] == [(e.type, e.reason, e.message) for e in turn.events]


@pytest.mark.parametrize(
    "status",
    [
        pytest.param({"routingGeneration": 1}, id="a decision"),
        pytest.param({"stable": {"revision": "s", "bundleDigest": digest("a")}}, id="a version"),
        pytest.param({"canary": {"revision": "c", "bundleDigest": digest("a")}}, id="a new one"),
    ],
)
def test_a_status_that_knows_anything_is_believed(status: dict[str, Any]) -> None:
    """Only an empty one is read again."""
    assert () == read(Carrier(generation=7), status, s="stable").events


@pytest.mark.parametrize(
    ("carrier", "stable", "canary"),
    [
        pytest.param(Carrier(), None, "s", id="nothing carries traffic: it was not let in yet"),
        pytest.param(Carrier(traffic=CANARY_AT_30[:1]), "s", None, id="the Service does"),
        pytest.param(Carrier(router_uid="u"), "s", None, id="routers are there"),
    ],
)
def test_a_version_alone_serves_where_traffic_is_carried(
    carrier: Carrier, stable: str | None, canary: str | None
) -> None:
    """Else it is the first one, which starts."""
    status = read(carrier, s="stable").status
    found = [r.revision if r is not None else None for r in (status.stable, status.canary)]
    assert [stable, canary] == found
    assert (0, "t-s") == (status.routing_generation, status.image_refresh)


def test_a_new_version_beside_a_stable_one_stays_the_new_one() -> None:
    """Also where nothing is known of traffic: its rollout begins anew, numbered by the decision."""
    turn = read(Carrier(generation=4), s="stable", c="canary")
    found = turn.status.rollout
    assert found is not None
    assert {"s": 100, "c": 0} == weights(turn)
    assert ("c.5", "c", "Starting", "read again from the children", False, NOW) == (
        found.id,
        found.revision,
        found.phase,
        found.why,
        found.readiness_only,
        found.started_at,
    )
    first = read(Carrier(generation=4), c="canary").status.rollout
    assert first is not None
    assert first.readiness_only


@pytest.mark.parametrize(
    ("carrier", "found"),
    [
        pytest.param(
            Carrier(traffic=CANARY_AT_30, rollout=STEP.model_copy(update={"revision": "x"})),
            {"s": 100, "c": 0},
            id="a rollout of another version",
        ),
        pytest.param(
            Carrier(
                traffic=(
                    *CANARY_AT_30,
                    UNKNOWN,
                ),
                rollout=STEP,
            ),
            {"s": 100, "c": 0},
            id="traffic to a version that nobody knows",
        ),
        pytest.param(Carrier(rollout=STEP), {"s": 100, "c": 0}, id="no traffic"),
    ],
)
def test_what_does_not_fit_together_begins_anew(carrier: Carrier, found: dict[str, int]) -> None:
    """From all requests to the stable version."""
    turn = read(carrier, s="stable", c="canary")
    assert found == weights(turn)
    assert turn.status.rollout is not None
    assert ("Starting", 0) == (turn.status.rollout.phase, turn.status.rollout.step)


def test_without_a_new_version_there_is_no_rollout() -> None:
    """Whatever was recorded."""
    carrier = Carrier(generation=3, traffic=CANARY_AT_30[:1], rollout=STEP)
    status = read(carrier, s="stable").status
    assert (None, 3) == (status.rollout, status.routing_generation)
    elsewhere = Carrier(generation=3, traffic=CANARY_AT_30)
    turn = read(elsewhere, s="stable")
    assert (None, {"s": 100}) == (turn.status.rollout, weights(turn))


BEFORE, NEWER = Arm(name="Stable", requests=1), Arm(name="Stable", requests=2)


@pytest.mark.parametrize(
    ("fields", "arms"),
    [
        pytest.param({}, (BEFORE,), id="no rollout"),
        pytest.param({"rollout": rollout()}, (BEFORE,), id="one without a request"),
        pytest.param({"rollout": rollout(arms=(NEWER,))}, (NEWER,), id="one that has some"),
    ],
)
def test_the_last_result_stays(fields: dict[str, Any], arms: tuple[Arm, ...]) -> None:
    """Until another one has any."""
    assert arms == arms_of(ModelDeploymentStatus(last_arms=(BEFORE,), **fields))


def revisions(*names: str) -> tuple[Revision, ...]:
    """Return revisions of these names."""
    return tuple(Revision(revision=name, bundle_digest=digest("a")) for name in names)


@pytest.mark.parametrize(
    ("stable", "served", "now", "found"),
    [
        pytest.param("", (), "a", [], id="the first one"),
        pytest.param("a", (), "b", ["a"], id="the second one"),
        pytest.param("b", ("a",), "c", ["b", "a"], id="the third one"),
        pytest.param("b", ("c", "b", "a"), "c", ["b", "a"], id="one that comes back"),
        pytest.param("", ("b", "a"), "c", ["b", "a"], id="after nobody served"),
    ],
)
def test_who_served_before(
    stable: str, served: tuple[str, ...], now: str, found: list[str]
) -> None:
    """The newest first, each once, and not who serves."""
    (old,) = revisions(stable) if stable else (None,)
    status = ModelDeploymentStatus(stable=old, served=revisions(*served))
    assert found == [r.revision for r in served_before(status, revisions(now)[0])]


def test_not_all_that_ever_served_are_kept() -> None:
    """Ten are enough to go back to."""
    (old,) = revisions("old")
    served = revisions(*(f"r{n}" for n in range(SERVED_KEPT)))
    found = served_before(ModelDeploymentStatus(stable=old, served=served), revisions("now")[0])
    assert [old, *served[:-1]] == list(found)
