"""The local cluster of Trainyard: a real Kubernetes node on a bare Debian or Ubuntu machine."""
