"""What a schedule may say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from trainyard.api.v1alpha1.schedule import Schedule


def test_the_time_zone_is_utc_unless_said_otherwise() -> None:
    """Nothing depends on where the operator runs."""
    assert "Etc/UTC" == Schedule.model_validate({"cron": "0 3 * * *"}).time_zone


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({}, id="no time at all"),
        pytest.param({"cron": "0 3 * *"}, id="four fields are too short"),
        pytest.param({"cron": "0 3 * * *" + " " * 128}, id="longer than the bound"),
        pytest.param({"cron": "0 3 * * *", "timeZone": ""}, id="an empty time zone"),
    ],
)
def test_what_is_no_schedule_is_refused(said: dict[str, Any]) -> None:
    """By its form alone; whether it ever comes is told by a condition."""
    with pytest.raises(ValidationError):
        Schedule.model_validate(said)
