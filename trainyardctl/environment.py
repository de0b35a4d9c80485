"""With what was a model made here, and what does this release train with instead?

A bundle names the libraries that made it, Python to its patch, because a stored estimator answers
to the last bit only for these. So they are a part of its digest, and no part of data or inputs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

_PIN = re.compile(r"^([\w.-]+)==([^\s;]+); extra == ['\"]training['\"]$")


def pins_of_training(requirements: Iterable[str]) -> Mapping[str, str]:
    """Return the versions that the training image of this release has, by library."""
    found = (_PIN.match(text) for text in requirements)
    return {match[1]: match[2] for match in found if match}


def environment_lines(libraries: Mapping[str, str], pins: Mapping[str, str]) -> Iterator[str]:
    """Yield what made the bundle, and for whom its digest is another one."""
    rest = sorted(name for name in libraries if name != "python")
    first = [name for name in ("python", *rest) if name in libraries]
    yield f"by {', '.join(f'{name} {libraries[name]}' for name in first)}"
    others = [
        f"{name} {pins[name]}"
        for name in rest
        if pins.get(name, libraries[name]) != libraries[name]
    ]
    if others:
        yield (
            f"this release trains with {', '.join(others)}: in a cluster the bundle's digest is"
            " another one"
        )
    else:
        yield (
            "these are a part of the bundle's digest: where the training image has another Python,"
            " it is another one"
        )
