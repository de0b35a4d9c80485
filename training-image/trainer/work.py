"""How does a pod share the work of another one's fit?"""

from __future__ import annotations

import asyncio
import sys

from distributed import Worker

from trainer.distributed.gathering import SCHEDULER
from trainer.pod.environment import Environment
from trainer.pod.exits import Exit, Reason, UserFault
from trainer.pod.processors import usable_processors
from trainer.pod.result import Result

SCRATCH = "/tmp"  # noqa: S108 an emptyDir of the pod
_FIRST_SECONDS = 86_400
"""So long the first scheduler may take; the Job's deadline is shorter."""
_NEXT_SECONDS = 120
"""After the scheduler was lost: another pod of the run may bring one."""


def run(environment: Environment) -> Result:
    """Nothing is left behind: the pod worked until the fit was over.

    Raises UserFault(SettingMissing) where no scheduler is named.
    """
    address = environment.variables.get(SCHEDULER)
    if not address:
        raise UserFault(Reason.SETTING_MISSING, f"{SCHEDULER} is not set for this container")
    patience = _FIRST_SECONDS
    while not asyncio.run(_is_over(address, patience)):
        sys.stderr.write("the scheduler is gone: another one is waited for\n")
        patience = _NEXT_SECONDS
    return Result({}, Exit.DONE)


async def _is_over(address: str, patience: int) -> bool:
    """False: the scheduler was lost in the middle of the work."""
    worker = Worker(
        address,
        nthreads=usable_processors(),
        # 0: no watch over memory. It would count what is mapped from the disk, and a worker that it
        # pauses holds up all others for good. What does not fit is killed, and told as that.
        memory_limit=0,
        local_directory=SCRATCH,
        death_timeout=patience,
        dashboard=False,
    )
    try:
        async with worker:
            await worker.finished()
    except (OSError, TimeoutError):
        return True
    return bool(getattr(worker, "is_over", False))
