"""How long a step takes, as tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders_serving import NOW, a_model_deployment

from trainyard.api.v1alpha1.rollout_status import RolloutStatus
from trainyard.model_deployments.rollout.forecast import (
    duration,
    expected_seconds,
    told_with_forecast,
)

STEPS = {
    "steps": [
        {"weightPercent": 5, "minSeconds": 60},
        {"weightPercent": 50},
        {"mirrorPercent": 50},
        {"weightPercent": 90},
        {"minSeconds": 7},
        {"weightPercent": 50, "minSeconds": 0},
    ]
}
SECOND = timedelta(seconds=1)
BEGAN = NOW - 1000 * SECOND


def rollout(stable: int = 95, canary: int = 5, **fields: Any) -> RolloutStatus:
    """Return a rollout in its first step since a thousand seconds, all of them counted."""
    plain = {"id": "c.1", "revision": "c", "phase": "Progressing", "step": 1}
    times = {"started_at": BEGAN, "step_started_at": BEGAN, "observed_until": NOW}
    counts = {"stable_requests": stable, "canary_requests": canary}
    return RolloutStatus.model_validate(plain | times | counts | fields)


@pytest.mark.parametrize(
    ("at", "analysis", "number", "seconds"),
    [
        pytest.param(rollout(), {}, None, 60000, id="0.1 requests a second, of which 5 %"),
        pytest.param(rollout(), {}, 2, 6000, id="half of them in the next step"),
        pytest.param(rollout(), {"minRequests": 5}, None, 1000, id="fewer requests are wanted"),
        pytest.param(rollout(950000, 50000), {}, None, 60, id="minSeconds at least"),
        pytest.param(rollout(0, 0), {}, None, None, id="no request yet"),
        pytest.param(rollout(observed_until=None), {}, None, None, id="no look yet"),
        pytest.param(rollout(step=0), {}, None, None, id="no step yet"),
        pytest.param(rollout(0, 0), {"checks": []}, None, 60, id="nothing is compared"),
        pytest.param(rollout(1234, 0), {}, None, 4900, id="rounded up to two digits"),
        pytest.param(rollout(), {}, 3, 6000, id="copies of half of them"),
        pytest.param(rollout(), {}, 4, 30000, id="nine of ten: the stable version has fewer"),
        pytest.param(rollout(), {}, 5, 7, id="a preview, whatever the rate is"),
        pytest.param(rollout(1, 50, mirror_percent=50), {}, 2, 600000, id="copies are no requests"),
        pytest.param(
            rollout(50, 50, mirror_percent=50, weight_percent=50), {}, 2, 6000, id="but these are"
        ),
        pytest.param(rollout(observed_until=BEGAN), {}, None, None, id="no time was counted"),
        pytest.param(rollout(observed_until=BEGAN + SECOND), {}, 6, 6, id="a second was"),
        pytest.param(rollout(1200000, 0), {}, 6, 1, id="half a second"),
        pytest.param(rollout(400000, 0), {}, 6, 2, id="more than a second"),
        pytest.param(rollout(40000, 0), {}, 6, 15, id="two digits of seconds"),
    ],
)
def test_how_long_a_step_takes(
    at: RolloutStatus, analysis: dict[str, Any], number: int | None, seconds: int | None
) -> None:
    """As long as the version with fewer requests needs for enough of them."""
    spec = a_model_deployment(rollout=STEPS, analysis=analysis).spec
    assert seconds == expected_seconds(spec, at, number)


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        pytest.param(None, "5 of 300 requests", id="nothing is known"),
        pytest.param(
            60,
            "5 of 300 requests; about 60 s in all at the present rate (minSeconds is 60)",
            id="time alone",
        ),
        pytest.param(
            900,
            "5 of 300 requests; about 15 min in all at the present rate, which a lower"
            " analysis.minRequests (300) or another share shortens",
            id="requests",
        ),
        pytest.param(
            1800,
            "5 of 300 requests; about 30 min in all at the present rate, which a lower"
            " analysis.minRequests (300) or another share shortens",
            id="just as long as it may wait",
        ),
        pytest.param(
            60000,
            "5 of 300 requests; about 16.7 h in all at the present rate, which a lower"
            " analysis.minRequests (300) or another share shortens; onNoEvidence (Hold)"
            " applies after 30 min",
            id="longer than it may wait",
        ),
    ],
)
def test_what_shortens_a_step_is_told(expected: int | None, told: str) -> None:
    """Beside what is missing."""
    at = rollout(expected_seconds=expected)
    assert told == told_with_forecast(
        "5 of 300 requests", a_model_deployment(rollout=STEPS).spec, at
    )


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(90, "90 s"), (120, "2 min"), (7100, "118 min"), (9000, "2.5 h"), (864000, "10 days")],
)
def test_durations_are_told_in_the_unit_that_people_use(seconds: int, told: str) -> None:
    """Not in seconds only."""
    assert told == duration(seconds)
