"""The composition root: settings → logs → login → controllers → the running process."""

from __future__ import annotations

import asyncio
import os
import sys

from trainyard.clients.kinds import KINDS
from trainyard.clients.login import LoginImpossible, log_in
from trainyard.controllers import Sources, controllers
from trainyard.json_logs import log_as_json
from trainyard.running import Design, run
from trainyard.settings import Settings, SettingsWrong, read_settings

WRONG_CONFIGURATION = 2


def main() -> int:
    """Run the operator and return its exit code; 2 when its configuration cannot be used."""
    try:
        settings = read_settings()
        log_as_json(settings.log_level)
        return asyncio.run(_run(settings))
    except (SettingsWrong, LoginImpossible) as fault:
        sys.stderr.write(f"trainyard: {fault}\n")
        return WRONG_CONFIGURATION


async def _run(settings: Settings) -> int:
    configuration = await log_in(os.environ)
    sources = Sources(installation=settings.to_installation())
    return await run(Design(settings, controllers(sources), KINDS, configuration))
