"""An entry of the history in the form of its receiver."""

from __future__ import annotations

import json

import pytest
from builders_serving import NOW, a_model_deployment

from trainyard.api.base import HistoryEntry
from trainyard.notifications.notification import notification_of
from trainyard.receivers import MessageFormat


@pytest.mark.parametrize(
    ("form", "content_type", "key"),
    [
        (MessageFormat.CLOUD_EVENTS, "application/cloudevents+json", "specversion"),
        (MessageFormat.SLACK, "application/json", "text"),
    ],
)
def test_each_form_names_its_type(form: MessageFormat, content_type: str, key: str) -> None:
    """The number is that of the entry."""
    entry = HistoryEntry(at=NOW, reason="Promoted", message="b serves", number=7)
    found = notification_of(a_model_deployment(), entry, form)
    assert (7, content_type) == (found.number, found.content_type)
    assert key in json.loads(found.body)
