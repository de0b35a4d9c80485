{{/*
What the ValidatingAdmissionPolicies have in common. Each takes a dict of root and name.
*/}}
{{- define "trainyard.policyMetadata" -}}
metadata:
  name: {{ include "trainyard.name" .root }}-{{ .name }}
  labels:
    {{- include "trainyard.labels" .root | nindent 4 }}
{{- end }}

{{- define "trainyard.policyBinding" -}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
{{ include "trainyard.policyMetadata" . }}
spec:
  policyName: {{ include "trainyard.name" .root }}-{{ .name }}
  validationActions: [Deny]
  matchResources:
    namespaceSelector:
      {{- toYaml .root.Values.policies.namespaceSelector | nindent 6 }}
{{- end }}
