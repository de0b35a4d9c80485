"""The chart's copy of a CRD."""

import pytest

from trainyard.crdgen.chart_copy import chart_template

CRD = "# Generated\napiVersion: v1\nmetadata:\n  name: x\nspec: {}\n"


def test_the_copy_is_guarded_and_kept() -> None:
    """It renders only with crds.enabled, and Helm leaves it alone on uninstall with crds.keep."""
    expected = """\
# Generated
{{- if .Values.crds.enabled }}
apiVersion: v1
metadata:
  annotations:
    {{- if .Values.crds.keep }}
    helm.sh/resource-policy: keep
    {{- end }}
    trainyard.dev/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
  name: x
spec: {}
{{- end }}
"""
    assert expected == chart_template(CRD)


def test_template_brackets_of_descriptions_stay_text() -> None:
    """A description that shows a template is not executed by Helm."""
    assert "{{ `{{` }} x }}" in chart_template(CRD.replace("{}", "'{{ x }}'"))


def test_a_text_without_metadata_is_refused() -> None:
    """A CRD without metadata is no CRD."""
    with pytest.raises(ValueError, match="no metadata"):
        chart_template("kind: x\n")
