"""A decision as a message for Slack."""

from __future__ import annotations

import json

from builders_serving import NOW, a_model_deployment

from trainyard.api.base import HistoryEntry
from trainyard.notifications.slack_message import slack_message


def test_a_message_is_plain_text() -> None:
    """A name or a reason of a user mentions nobody and links nowhere."""
    entry = HistoryEntry(at=NOW, reason="RolledBack", message="<!channel> & <http://x|y>", number=1)
    found = json.loads(slack_message(a_model_deployment(), entry))
    assert {
        "text": "*ModelDeployment team/tumours*: RolledBack\n"
        "&lt;!channel&gt; &amp; &lt;http://x|y&gt;"
    } == found
