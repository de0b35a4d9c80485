{{/*
What the operator may do where it works. Nothing here names secrets and nothing is "*":
pods mount secrets by name, so the operator never needs to read one.
tests/operator_account.py refuses what is not here to the plans of every test;
tests/chart/test_rbac.py finds what no plan needs.
*/}}
{{- define "trainyard.rules" -}}
# what people declare: read it, write its status
- apiGroups: [trainyard.dev]
  resources: [datasets, trainingjobs, modeldeployments, batchpredictions]
  verbs: [get, list, watch]
- apiGroups: [trainyard.dev]
  resources: [modelversions]
  verbs: [get, list, watch, create, delete]
# what people say of versions; a forged one is tried, and never stored
- apiGroups: [trainyard.dev]
  resources: [approvals]
  verbs: [get, list, watch, create]
- apiGroups: [trainyard.dev]
  resources: [datasets/status, trainingjobs/status, modelversions/status, modeldeployments/status, batchpredictions/status]
  verbs: [update]
# what is made from it
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, delete]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [services, configmaps]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch]
# traffic.mode Gateway; where the cluster has no such kind, the right means nothing
- apiGroups: [gateway.networking.k8s.io]
  resources: [httproutes]
  verbs: [get, list, watch, create, patch, delete]
# how it fares
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, patch]
- apiGroups: [""]
  resources: [events]
  verbs: [get, list, create, patch]
{{- end }}
