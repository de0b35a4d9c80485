"""The command line."""

from __future__ import annotations

import pytest

from benchmarks.monitoring.options import options_of


def test_options_are_read() -> None:
    """Everything, in tables, unless asked otherwise."""
    plain, other = options_of([]), options_of(["--quick", "--json", "--picture", "x.svg"])
    assert (False, False, None) == (plain.quick, plain.json, plain.picture)
    assert (True, True, "x.svg") == (other.quick, other.json, other.picture.name)


def test_what_is_unknown_ends_the_process() -> None:
    """With argparse's own code."""
    with pytest.raises(SystemExit):
        options_of(["--slow"])
