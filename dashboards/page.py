"""What every dashboard of ours has: its data source, the time shown, how it is found."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import (
    Dashboard,
    DatasourceVariable,
    QueryVariable,
)
from grafana_foundation_sdk.models.dashboard import VariableRefresh, VariableSort

from dashboards.panels import SOURCE

TAG = "trainyard"


def page(title: str, uid: str, description: str) -> Dashboard:
    """Return an empty dashboard that asks the Prometheus chosen at its top."""
    source = DatasourceVariable("datasource").label("Prometheus").type("prometheus")
    begun = Dashboard(title).uid(uid).description(description).tags([TAG]).readonly()
    return begun.time("now-3h", "now").refresh("30s").timezone("browser").with_variable(source)


def choice(name: str, label: str, values: str) -> QueryVariable:
    """Return what a person chooses at the top of the page; `values` is a label_values query."""
    return (
        QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query(values)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
    )
