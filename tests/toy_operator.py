"""The operator's process, with toys in place of the real kinds: `python tests/toy_operator.py`."""

import os
import sys

from toys import STICKERS, TOYS, toy_controller_with_stickers

from trainyard.clients.kinds import KINDS, by_name
from trainyard.clients.login import log_in
from trainyard.process.json_logs import log_as_json
from trainyard.process.loop_lag import LoopLag, run_measured
from trainyard.process.running import OperatorConfig, run
from trainyard.settings import read_settings


async def _main(lag: LoopLag) -> int:
    settings = read_settings()
    log_as_json(settings.log_level)
    kinds = by_name(*KINDS.values(), TOYS, STICKERS)
    rows = (toy_controller_with_stickers(),)
    return await run(OperatorConfig(settings, rows, kinds, await log_in(os.environ)), lag)


if __name__ == "__main__":
    sys.exit(run_measured(_main))
