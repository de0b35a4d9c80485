"""From the API's pydantic models to `crds/`, the chart's copy of them and the API reference."""
