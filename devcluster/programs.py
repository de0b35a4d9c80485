"""Which programs are built from Go modules, and where their binaries lie.

Each module under `go/` is pinned by its own go.mod and go.sum; mixing them would drag versions.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devcluster.locking import only_one
from devcluster.places import Places
from devcluster.preconditions import check_go
from devcluster.progress import Progress

KUBERNETES_PROGRAMS = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kube-proxy",
    "kubectl",
    "kubeadm",
)


@dataclass(frozen=True, slots=True)
class Module:
    """A Go module of ours: its folder, the module whose version counts, and what it builds."""

    name: str
    pinned: str | None
    packages: Mapping[str, str]
    stamps: tuple[str, ...] = ()


_MODULES = (
    Module(
        "kubernetes",
        "k8s.io/kubernetes",
        {name: f"k8s.io/kubernetes/cmd/{name}" for name in KUBERNETES_PROGRAMS},
        ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version"),
    ),
    Module(
        "kubernetes-oldest",
        "k8s.io/kubernetes",
        {"kube-apiserver-oldest": "k8s.io/kubernetes/cmd/kube-apiserver"},
        ("k8s.io/component-base/version",),
    ),
    Module("etcd", "go.etcd.io/etcd/server/v3", {"etcd": "go.etcd.io/etcd/server/v3"}),
    Module("coredns", "github.com/coredns/coredns", {"coredns": "."}),
    Module("pause", None, {"pause": "."}),
    Module(
        "versitygw",
        "github.com/versity/versitygw",
        {"versitygw": "github.com/versity/versitygw/cmd/versitygw"},
    ),
    Module("otelcol", "go.opentelemetry.io/collector/otelcol", {"otelcol": "."}),
    Module("helm4", "helm.sh/helm/v4", {"helm4": "helm.sh/helm/v4/cmd/helm"}),
    Module("helm3", "helm.sh/helm/v3", {"helm3": "helm.sh/helm/v3/cmd/helm"}),
    Module(
        "olm",
        "github.com/operator-framework/api",
        {"operator-verify": "github.com/operator-framework/api/cmd/operator-verify"},
    ),
    Module("kueue", "sigs.k8s.io/kueue", {"kueue": "sigs.k8s.io/kueue/cmd/kueue"}),
    Module("kstatus", "sigs.k8s.io/cli-utils", {"kstatus": "."}),
    Module("argo-lua", "github.com/yuin/gopher-lua", {"argo-lua": "."}),
    Module(
        "envoy-gateway",
        "github.com/envoyproxy/gateway",
        {"envoy-gateway": "github.com/envoyproxy/gateway/cmd/envoy-gateway"},
    ),
    Module(
        "metrics-server",
        "sigs.k8s.io/metrics-server",
        {"metrics-server": "sigs.k8s.io/metrics-server/cmd/metrics-server"},
    ),
    Module(
        "kustomize-controller",
        "github.com/fluxcd/kustomize-controller",
        {"kustomize-controller": "github.com/fluxcd/kustomize-controller"},
    ),
)


def modules() -> dict[str, Module]:
    """Every module by its folder's name."""
    return {module.name: module for module in _MODULES}


def module_of(program: str) -> Module:
    """The module that builds `program`; raises KeyError where none does."""
    for module in modules().values():
        if program in module.packages:
            return module
    raise KeyError(program)


def pinned_version(go_mod: str, module: str) -> str:
    """The version at which the text of a go.mod requires `module`; raises LookupError if none."""
    found = re.search(rf"^(?:require)?\s*{re.escape(module)}\s+(v\S+)", go_mod, re.MULTILINE)
    if found is None:
        raise LookupError(f"go.mod does not require {module}")
    return found[1]


def source_key(files: Mapping[str, bytes]) -> str:
    """Twelve hex digits that change whenever a name or a byte of the module's files does."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()[:12]


def link_flags(module: Module, version: str) -> str:
    """The linker's flags: no debug tables, and the version stamped where the program prints it."""
    flags = ["-s", "-w"]
    numbers = re.match(r"v(\d+)\.(\d+)", version)
    for package in module.stamps:
        flags.append(f"-X {package}.gitVersion={version}")
        if numbers:
            flags.append(f"-X {package}.gitMajor={numbers[1]} -X {package}.gitMinor={numbers[2]}")
    return " ".join(flags)


def build_command(module: Module, version: str, program: str, target: Path) -> tuple[str, ...]:
    """The command that builds one program of the module to `target`."""
    return (
        *("go", "build", "-p", "2", "-trimpath", "-buildvcs=false"),
        *("-ldflags", link_flags(module, version), "-o", str(target), module.packages[program]),
    )


@dataclass(frozen=True, slots=True)
class Programs:
    """Builds programs once and answers with their paths."""

    places: Places
    progress: Progress

    def version(self, module: Module) -> str:
        """The version that go.mod pins, or `dev` for a module that is all our own."""
        if module.pinned is None:
            return "dev"
        return pinned_version((self._folder(module) / "go.mod").read_text(), module.pinned)

    def folder(self, module: Module) -> Path:
        """Where the binaries of the module lie once built: named by version and source key."""
        sources = (
            path
            for path in self._folder(module).iterdir()
            if path.suffix in {".mod", ".sum", ".go"}
        )
        key = source_key({path.name: path.read_bytes() for path in sources})
        return self.places.cache / "programs" / f"{module.name}-{self.version(module)}-{key}"

    def path(self, program: str) -> Path:
        """The program's binary, built now if it is not there."""
        module = module_of(program)
        folder = self.folder(module)
        if not (folder / program).exists():
            self._build(module, folder)
        return folder / program

    def _folder(self, module: Module) -> Path:
        return self.places.source / "go" / module.name

    def _build(self, module: Module, folder: Path) -> None:
        check_go()
        with only_one(self.places.cache / "locks" / module.name, self.progress):
            if folder.exists():
                return
            partial = folder.with_name(f"{folder.name}.partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            with self.progress.step(f"building {module.name} {self.version(module)}"):
                for program in module.packages:
                    self._build_program(module, program, partial / program)
            partial.rename(folder)

    def _build_program(self, module: Module, program: str, target: Path) -> None:
        command = build_command(module, self.version(module), program, target)
        log = self.places.cache / "logs" / f"build-{module.name}.log"
        # Our own go.mod decides; a workspace or flags of the user's shell must not.
        environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"}
        environment["PWD"] = str(self._folder(module))
        self.progress.run(
            f"building {program}",
            ("env", "-C", str(self._folder(module)), *command),
            log,
            environment,
        )
