"""One fit on several pods: which engine, how many workers, and what each may use."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainyard.api.base import ApiModel
from trainyard.api.pod_settings import ResourceAmounts

MOST_WORKERS = 64


class Distributed(ApiModel):
    """Workers that share the work of fitting the model, and its rows where they are many."""

    engine: Literal["Dask"] = "Dask"
    """Dask: by joblib for scikit-learn, by their own interfaces for XGBoost and LightGBM."""
    workers: Annotated[int, Field(ge=1, le=MOST_WORKERS)]
    """How many pods; the fit goes on with those that are left."""
    resources: ResourceAmounts = ResourceAmounts()
    """Requests and limits of each worker; what is not named has the installation's defaults."""
