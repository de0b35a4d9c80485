"""Which class, and which parameters, does a recipe name that was recorded as text?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_EXACT = ("$float", "$int", "$none")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class NamedRecipe:
    """Class, image or file, and the parameters beside it; none where the text was cut short."""

    head: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def named_recipe(text: str) -> NamedRecipe:
    """Return what the text names; whatever is no class with parameters is its own head."""
    name, brace, rest = text.partition(" {")
    if not brace:
        return NamedRecipe(text)
    try:
        found, end = _DECODER.raw_decode("{" + rest)
    except ValueError:
        return NamedRecipe(text)
    # The rest says what else makes the recipe another one: preprocessing, seed.
    return NamedRecipe(name + rest[end - 1 :], _texts(found))


def parameters_in(text: str) -> Mapping[str, str]:
    """Return the parameters that a JSON object holds as text; none where it is cut short."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return _texts(found) if isinstance(found, Mapping) else {}


def _texts(found: Mapping[Any, Any]) -> Mapping[str, str]:
    return {str(key): _shown(value) for key, value in found.items()}


def _shown(value: Any) -> str:
    if isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in _EXACT:
        form, content = next(iter(value.items()))
        return "None" if form == "$none" else str(content)
    return value if isinstance(value, str) else json.dumps(value)
