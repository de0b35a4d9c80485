"""A decision as a CloudEvent."""

from __future__ import annotations

import json

from builders_serving import NOW, a_model_deployment

from trainyard.api.base import HistoryEntry
from trainyard.notifications.cloud_event import cloud_event


def test_an_event_says_who_what_when_and_the_how_maniest() -> None:
    """Its id is made of the object and the number, so a repetition is known as one."""
    entry = HistoryEntry(at=NOW, reason="Promoted", message="b serves", number=7)
    resource = a_model_deployment()
    found = json.loads(cloud_event(resource, entry))
    assert {
        "specversion": "1.0",
        "id": "owner-uid.7",
        "source": "/apis/trainyard.dev/v1alpha1/namespaces/team/modeldeployments/tumours",
        "type": "dev.trainyard.modeldeployment.Promoted",
        "subject": "tumours",
        "time": f"{NOW:%Y-%m-%dT%H:%M:%SZ}",
        "sequence": "0000000007",
        "datacontenttype": "application/json",
        "data": {
            "kind": "ModelDeployment",
            "namespace": "team",
            "name": "tumours",
            "reason": "Promoted",
            "message": "b serves",
        },
    } == found
