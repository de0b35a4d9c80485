"""Act b: more data → a run → gates → 5 % → 50 % → everything, without one failed request."""

from __future__ import annotations

from demo.real_data import better_data
from demo.stage import NAME, Stage
from demo.waiting import StoryFailed


def better_data_arrives(stage: Stage) -> None:
    """Replace the data; the rest happens by itself, and no request fails."""
    before, stable = stage.count(), stage.stable_bundle()
    chapter = better_data()
    stage.narrator.say(f"the file grows to {chapter.rows} rows; a person asks for a look:")
    stage.put_data(chapter)
    stage.narrator.applied(f"kubectl annotate dset {NAME} trainyard.dev/request=refresh@now", "sh")
    stage.ask("dataset", "refresh@now")
    stage.expect_canary_weight(5)
    stage.expect_canary_weight(50)
    new = stage.expect_new_stable(stable)
    stage.narrator.decided(
        [*stage.decisions("trainingjob"), *stage.decisions("modeldeployment", newest=4)]
    )
    seen = stage.count().since(before)
    if seen.failed:
        raise StoryFailed(f"{seen.failed} of {seen.sent} requests failed: {seen.codes}")
    stage.narrator.proved(f"{new[:19]}… serves; 0 failed of {seen.sent} requests on the way")
    stage.narrator.look(f"kubectl describe mdep {NAME}")
