"""The HTML of each page: everything that comes from objects is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from trainyardpage.batches import Batches
from trainyardpage.drawing import drawing_of
from trainyardpage.fleet import Fleet
from trainyardpage.one_model import OneModel
from trainyardpage.trail_chart import chart_of


def fleet_page(fleet: Fleet, batches: Batches, faults: Sequence[str]) -> str:
    """Return the page of all models and of what is scored in batches."""
    return _page("fleet.html", root="./", fleet=fleet, batches=batches, faults=faults)


def model_page(model: OneModel, faults: Sequence[str]) -> str:
    """Return the page of one model."""
    pictures = {"drawing": drawing_of(model.loop), "chart": chart_of(model.trail)}
    return _page("model.html", root="../../", model=model, faults=faults, **pictures)


def missing_page(sentence: str, root: str) -> str:
    """Return the page for what is not there."""
    return _page("missing.html", root=root, sentence=sentence, faults=())


def _page(name: str, **values: object) -> str:
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("trainyardpage"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters["moment"] = _moment
    # What card_pictures draws is escaped there.
    found.filters["picture"] = Markup
    return found


def _moment(text: str) -> str:
    """Return a time of the API as people read it; anything else as it is."""
    try:
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return text
