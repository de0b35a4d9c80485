"""How a panel of ours looks: one question in words, its queries, its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import prometheus, stat, timeseries
from grafana_foundation_sdk.builders.common import (
    ReduceDataOptions,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import Dashboard, Row
from grafana_foundation_sdk.models.common import LegendPlacement, TooltipDisplayMode
from grafana_foundation_sdk.models.dashboard import DataSourceRef

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
_HALF, _SIXTH, _HEIGHT = 12, 4, 8
"""Of Grafana's grid, which is 24 wide."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines over time."""

    title: str
    queries: Sequence[tuple[str, str]]
    """Expressions, each with the legend of its lines."""
    unit: str
    """By Grafana's names."""
    description: str


@dataclass(frozen=True, slots=True)
class Number:
    """The newest value."""

    title: str
    expr: str
    description: str


def with_rows(begun: Dashboard, rows: Mapping[str, Sequence[Lines]]) -> Dashboard:
    """Return the dashboard with these rows of panels below what it has."""
    for title, panels in rows.items():
        begun.with_row(Row(title))
        for panel in panels:
            begun.with_panel(_lines(panel))
    return begun


def with_numbers(begun: Dashboard, numbers: Sequence[Number]) -> Dashboard:
    """Return the dashboard with these numbers, six beside each other."""
    for number in numbers:
        newest = ReduceDataOptions().calcs(["lastNotNull"]).values(values=False)
        panel = stat.Panel().title(number.title).description(number.description)
        panel.datasource(SOURCE).reduce_options(newest).span(_SIXTH).height(_SIXTH)
        begun.with_panel(panel.with_target(_query(number.expr, "", "A")))
    return begun


def _lines(said: Lines) -> timeseries.Panel:
    legend = VizLegendOptions().show_legend(show_legend=True).placement(LegendPlacement.BOTTOM)
    panel = timeseries.Panel().title(said.title).description(said.description)
    panel.datasource(SOURCE).unit(said.unit).min(0).span(_HALF).height(_HEIGHT)
    panel.legend(legend).tooltip(VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    for ref_id, (expr, label) in zip("ABCDEFGH", said.queries, strict=False):
        panel.with_target(_query(expr, label, ref_id))
    return panel


def _query(expr: str, legend: str, ref_id: str) -> prometheus.Dataquery:
    asked = prometheus.Dataquery().expr(expr).legend_format(legend).ref_id(ref_id)
    return asked.datasource(SOURCE)
