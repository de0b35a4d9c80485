"""Who may be told of what."""

from __future__ import annotations

import pytest
from builders_serving import a_model_deployment
from pydantic import ValidationError

from trainyard.api.v1alpha1.model_deployment_status import ModelDeploymentReason
from trainyard.api.v1alpha1.notify import NotifiedDecision


def test_what_is_told_has_the_words_of_the_history() -> None:
    """A decision that never happens would be accepted and ignored."""
    assert set(NotifiedDecision) <= {str(reason) for reason in ModelDeploymentReason}


def test_everything_is_told_unless_it_is_named() -> None:
    """One line is enough."""
    (notify,) = a_model_deployment(notify=[{"receiver": "team-a"}]).spec.notify
    assert ("team-a", ()) == (notify.receiver, notify.on)


@pytest.mark.parametrize(
    "notify",
    [{"receiver": "http://x"}, {"receiver": ""}, {"receiver": "team", "on": ["Lunch"]}],
)
def test_what_cannot_be_is_refused(notify: dict[str, object]) -> None:
    """An address least of all: objects choose among receivers of the installation."""
    with pytest.raises(ValidationError):
        a_model_deployment(notify=[notify])
