"""The operator's process, with toys in place of the real kinds: `python tests/toy_operator.py`."""

import asyncio
import os
import sys

from toys import TOYS, toy_controller

from trainyard.clients.kinds import KINDS, by_name
from trainyard.clients.login import log_in
from trainyard.json_logs import log_as_json
from trainyard.running import Design, run
from trainyard.settings import read_settings


async def _main() -> int:
    settings = read_settings()
    log_as_json(settings.log_level)
    kinds = by_name(*KINDS.values(), TOYS)
    return await run(Design(settings, (toy_controller(),), kinds, await log_in(os.environ)))


if __name__ == "__main__":
    sys.exit(asyncio.run(_main()))
