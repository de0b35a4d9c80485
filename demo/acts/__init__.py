"""The acts of the story, in order."""

from __future__ import annotations

from collections.abc import Callable

from demo.acts.bad_release import bad_release
from demo.acts.better_data import better_data_arrives
from demo.acts.first_model import first_model
from demo.acts.operator_killed import operator_killed
from demo.acts.poisoned_data import poisoned_data_arrives
from demo.acts.retrain_by_signal import retrain_by_signal
from demo.acts.shared_outage import shared_outage
from demo.acts.wrong_labels import wrong_labels
from demo.stage import Stage

Act = Callable[[Stage], None]

ACTS: tuple[tuple[str, str, Act], ...] = (
    ("a", "A model is trained, gated, recorded and served", first_model),
    ("b", "Better data arrives", better_data_arrives),
    ("c", "A poisoned file is refused", poisoned_data_arrives),
    ("d", "Good offline, failing live: rolled back by its numbers", bad_release),
    ("e", "A burst of errors that both versions share rolls nothing back", shared_outage),
    ("f", "The operator is killed in the middle of a rollout", operator_killed),
    ("g", "Drift is found and named; somebody is alerted; a retrain follows", retrain_by_signal),
    ("h", "Quick, without errors, and wrong: rolled back when labels arrive", wrong_labels),
)
