"""What is stored of a rollout."""

from __future__ import annotations

from trainyard.api.v1alpha1.rollout_status import TrafficShare


def test_a_share_without_wishes_reads_like_one_before_there_were_any() -> None:
    """What an older operator wrote means the same."""
    stored = {"role": "canary", "revision": "c", "weightPercent": 5}
    share = TrafficShare.model_validate(stored)
    assert (0, ()) == (share.mirror_percent, share.matches)
