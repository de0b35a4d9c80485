"""What a bare cluster needs before pods can use it: administrators, DNS, a storage class."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any

from devcluster.dns_probe import dns_answers
from devcluster.kubectl import Kubectl
from devcluster.network import Addresses
from devcluster.places import Places
from devcluster.processes import without_proxies
from devcluster.programs import Programs
from devcluster.progress import Progress
from devcluster.refusal import StepFailed

STORAGE_CLASS = "trainyard-hostpath"
DNS_PATIENCE_SECONDS = 120


def administrators() -> dict[str, Any]:
    """The binding that makes kubeadm's administrators administrators."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "kubeadm:cluster-admins"},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "name": "cluster-admin",
        },
        "subjects": [
            {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "Group",
                "name": "kubeadm:cluster-admins",
            }
        ],
    }


def storage_class() -> dict[str, Any]:
    """The default class; its volumes are made by `devcluster volume`, not by a provisioner."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": STORAGE_CLASS,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "kubernetes.io/no-provisioner",
        "reclaimPolicy": "Retain",
        "volumeBindingMode": "Immediate",
    }


@dataclass(frozen=True, slots=True)
class Basics:
    """Applies the basics and waits until a pod could run."""

    places: Places
    programs: Programs
    addresses: Addresses
    progress: Progress

    def ensure(self) -> None:
        """Administrators, DNS and storage class are there, the node is Ready, DNS answers."""
        self._as_super_admin().apply([administrators()])
        users = self.users_kubectl()
        users.apply([storage_class()])
        if not self._has_dns(users):
            self._add_dns()
        users.run(
            *("wait", "--for=condition=Ready", f"node/{self.addresses.node_name}"),
            "--timeout=120s",
        )
        self._wait_for_dns(users)

    def _wait_for_dns(self, users: Kubectl) -> None:
        deadline = time.monotonic() + DNS_PATIENCE_SECONDS
        while not dns_answers(self.addresses.dns):
            if time.monotonic() > deadline:
                pods = users.run(
                    "describe", "--namespace=kube-system", "pods", "-lk8s-app=kube-dns"
                )
                raise StepFailed(
                    f"The cluster's DNS ({self.addresses.dns}) does not answer after "
                    f"{DNS_PATIENCE_SECONDS} s. Its pods:\n{pods}"
                )
            time.sleep(0.2)

    def users_kubectl(self) -> Kubectl:
        """The kubectl with the kubeconfig that users have."""
        return Kubectl(self.programs.path("kubectl"), self.places.kubeconfig)

    def _as_super_admin(self) -> Kubectl:
        conf = self.places.kubeconfigs / "super-admin.conf"
        return Kubectl(self.programs.path("kubectl"), conf)

    def _has_dns(self, users: Kubectl) -> bool:
        try:
            users.run("get", "--namespace=kube-system", "deployment/coredns", "service/kube-dns")
        except StepFailed:
            return False
        return True

    def _add_dns(self) -> None:
        self.progress.run(
            "adding CoreDNS",
            (
                *(str(self.programs.path("kubeadm")), "init", "phase", "addon", "coredns"),
                *("--config", str(self.places.settings / "kubeadm.yaml")),
                *("--kubeconfig", str(self.places.kubeconfigs / "super-admin.conf")),
            ),
            self.places.logs / "kubeadm.log",
            without_proxies(os.environ),
        )
