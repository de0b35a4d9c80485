"""Which metrics did a user's container report by itself?"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

from trainer.pod.exits import Reason, UserFault
from trainer.pod.plain_files import read_plain_file

METRICS_NAME = "metrics.json"
_MAX_BYTES = 64 << 10
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,31}")


def read_own_metrics(folder: Path) -> dict[str, float]:
    """The numbers in `metrics.json`; empty when there is no such file.

    Raises UserFault(MetricsInvalid) for anything but a flat object of finite numbers, or a file of
    more than 64 KiB.
    """
    path = folder / METRICS_NAME
    if not path.exists() and not path.is_symlink():
        return {}
    content = read_plain_file(path, _MAX_BYTES)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _invalid(f"is not JSON ({error})") from error
    if not isinstance(document, dict):
        raise _invalid(f"holds a {type(document).__name__}")
    return {name: _number(name, value) for name, value in document.items()}


def _number(name: str, value: object) -> float:
    if not _NAME.fullmatch(name):
        raise _invalid(f"names a metric {name[:40]!r}; use at most 32 of A-z 0-9 _ . -")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _invalid(f"says {name}: {value!r:.40}, which is not a finite number")
    return float(value)


def _invalid(what: str) -> UserFault:
    return UserFault(
        Reason.METRICS_INVALID,
        f'{METRICS_NAME} {what}; write one flat object such as {{"gini": 0.83}}',
    )
