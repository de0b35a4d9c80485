"""Memory of one batch is there for the next one."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest
from serving_process import SERVING_IMAGE

_BATCHES = """
import resource
import numpy as np
{before}
def batch():
    rows = np.ones((512, 300)); return rows.astype(np.float32)
for _ in range(20):
    batch()
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(100):
    batch()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - faults)
"""
_KEEP = "from modelserver.freed_memory import keep_freed_memory; keep_freed_memory()"
# What glibc does by itself depends on what was freed before; with these it gives all back.
_GIVEN_BACK = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}


def _page_faults(before: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _BATCHES.format(before=before)],
        env={"PYTHONPATH": str(SERVING_IMAGE), **_GIVEN_BACK},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has mallopt")
def test_wide_batches_touch_no_new_memory() -> None:
    """A hundred batches of 1.8 MB: pages are filled with zeros once, not for each."""
    assert _page_faults("") > 100 * 300
    assert _page_faults(_KEEP) < 100
