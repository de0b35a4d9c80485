"""A CRD's text → the chart's template of it."""

from __future__ import annotations

GUARD = "{{- if .Values.crds.enabled }}"
KEEP = """\
  annotations:
    {{- if .Values.crds.keep }}
    helm.sh/resource-policy: keep
    {{- end }}
    trainyard.dev/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
"""
END = "{{- end }}"
METADATA = "metadata:\n"


def chart_template(text: str) -> str:
    """Return the Helm template that renders the CRD when `crds.enabled` is set.

    Installed from templates, not from the chart's `crds/` folder, which Helm never upgrades;
    `crds.keep` leaves them, and with them the users' objects, when the release goes.
    """
    head, separator, tail = _escaped(text).partition(METADATA)
    if not separator:
        raise ValueError("the CRD has no metadata")
    first_line, _, body = head.partition("\n")
    return f"{first_line}\n{GUARD}\n{body}{METADATA}{KEEP}{tail}{END}\n"


def _escaped(text: str) -> str:
    """Return the text with template brackets as text."""
    return text.replace("{{", "{{ `{{` }}")
