"""What has to be known of a server to measure it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from benchmarks.serving.answers import Said
from benchmarks.serving.process import Command
from benchmarks.serving.workloads import Workload

OURS = "Trainyard"


@dataclass(frozen=True, slots=True)
class Contender:
    """A server: how it starts, how rows are asked, what an answer says.

    `tuning`: in a sentence or two, how it was set up. `in_bars`: one of the peers that the bars
    are about.
    """

    name: str
    tuning: str
    command: Callable[[Workload], Command]
    request: Callable[[pd.DataFrame], bytes]
    said: Callable[[bytes], Said]
    ready: str = "/v2/health/ready"
    in_bars: bool = True

    @property
    def ours(self) -> bool:
        """True for the server of this repository, however it is asked."""
        return self.name.startswith(OURS)
