"""Are the libraries there that reading a store needs?"""

from __future__ import annotations

import importlib.util

from trainyardctl.answer import NoAnswer


def check_libraries() -> None:
    """Raise NoAnswer that says what to install, where they are not."""
    if any(importlib.util.find_spec(name) is None for name in ("obstore", "pyarrow", "trainer")):
        raise NoAnswer("reading a store needs more libraries: pip install '.[cli,training]'")
