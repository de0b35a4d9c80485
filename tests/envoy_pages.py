"""Pages as a router's Envoy writes them."""

from __future__ import annotations


def decision_page(number: str) -> str:
    """Return the page of the decision in force; tests/router reads a real Envoy's."""
    return f'http.serving.rds.serving.version_text: "{number}"\n'
