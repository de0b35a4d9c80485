# `make help` lists what can be done. Everything is made on first use and cached.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Hundreds of processes start in the tests: none of them compiles again what another one did.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := operator/trainyard serving-image/modelbundle serving-image/modelserver training-image/trainer trainyardctl trainyardpage trainyardclient devcluster demo dashboards benchmarks
PYTEST := $(BIN)/python -m pytest -q
SUITE := $(PYTEST) --durations=15 --durations-min=10
CLI_REFERENCE := $(BIN)/python -m typer trainyardctl.main utils docs --name trainyard
TWO_AT_A_TIME := -n 2 --dist loadfile
SEVERAL_AT_A_TIME := -n 4 --dist loadfile --no-loadscope-reorder
CLUSTER := $(PYTHON) -m devcluster
# What failed beside many others on real processes is asked once more, alone (decision 57).
ALONE = || { [ $$? = 1 ] && printf '\n── once more, alone: what failed\n' && \
	  $(PYTEST) -x --last-failed --last-failed-no-failures none $(1); }
STAGE = @printf '\n\033[1m── %s\033[0m  %s\n' "$(1)" "$$(date +%T)"

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# ── set-up ────────────────────────────────────────────────────────────────────────────────
$(VENV)/.installed: pyproject.toml requirements/bootstrap.txt requirements/dev.txt
	$(call STAGE,virtual environment)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: install
install: $(VENV)/.installed ## Make the virtual environment with the pinned packages

.PHONY: lock
lock: install ## Resolve the extras of pyproject.toml into requirements/*.txt with hashes
	for extra in bootstrap operator cli serving serving-sklearn training federated sbom site dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	    --extra $$extra pyproject.toml -o requirements/$$extra.txt; \
	done
	for peers in mlserver kserve pandera great-expectations in-toto huggingface-hub mlcroissant kfp mlflow mlflow-pyfunc openlineage; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	    requirements/peers-$$peers.in -o requirements/peers-$$peers.txt; \
	done

.PHONY: generate
generate: install ## Write the CRDs, the API reference and the kustomize base
	$(BIN)/python -m trainyard.crdgen
	$(BIN)/python -m dashboards
	$(CLI_REFERENCE) > docs/cli-reference.md
	$(BIN)/python kustomize/generate.py --helm "$$($(CLUSTER) tool helm4)"

# ── the fast loop ─────────────────────────────────────────────────────────────────────────
.PHONY: format
format: install ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: lint
lint: install
	$(call STAGE,format and lint)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

.PHONY: types
types: install
	$(call STAGE,types)
	$(BIN)/mypy $(PACKAGES) tests

.PHONY: contracts
contracts: install
	$(call STAGE,import contracts)
	$(BIN)/lint-imports

.PHONY: generated
generated: install
	$(call STAGE,generated files)
	$(BIN)/python -m trainyard.crdgen --check
	$(BIN)/python -m dashboards --check
	$(CLI_REFERENCE) | diff docs/cli-reference.md -

.PHONY: unit
unit: install
	$(call STAGE,unit tests)
	$(PYTEST) $(TWO_AT_A_TIME) tests/unit tests/cli tests/page tests/client

.PHONY: check
check: install ## Lint, types, contracts, generated files, unit tests
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target unit types lint contracts generated

# In an environment of its own, as nothing here needs it. Links leave docs/, so all pages are laid out as they lie.
SITE_TOOLS = $(BIN)/uv run --quiet --no-project --isolated --python $(BIN)/python \
  --with-requirements requirements/site.txt

.PHONY: pictures
pictures: install ## Draw the documents' pictures of the page anew, in Debian's Chromium
	$(BIN)/python -m demo.pictures

.PHONY: docs
docs: install ## Build the documents as a site in dist/site
	$(call STAGE,documents)
	rm -rf build/site dist/site && mkdir -p build/site
	git ls-files -z '*.md' '*.svg' '*.png' | xargs -0 cp --parents -t build/site
	NO_MKDOCS_2_WARNING=1 $(SITE_TOOLS) mkdocs build --strict --quiet

.PHONY: mutation
mutation: install ## Put small faults into what decides: do its tests notice? (an hour; FOR="gates" picks)
	$(BIN)/python -m benchmarks.mutation $(FOR)

# ── images and cluster ────────────────────────────────────────────────────────────────────
.PHONY: cluster
cluster: ## Start the cluster that the tests and the demo use
	$(call STAGE,cluster)
	$(CLUSTER) target up

.PHONY: programs
programs: # built once, so that no test waits for a compiler
	$(call STAGE,programs that tests use)
	for program in versitygw helm4 helm3 otelcol etcd kube-apiserver promtool alertmanager postgres kstatus argo-lua operator-verify chromium; do $(CLUSTER) tool $$program; done

# Images with PyTorch and others are large, and a sweep takes long: neither is a part of `make test`.
.PHONY: examples
examples: install images ## Build examples/own-container and train with them on the cluster (FOR="own-code" picks)
	$(SUITE) -s tests/examples $(if $(FOR),-k "$(FOR)")

.PHONY: estimators
estimators: install images ## Train, serve and ask some 30 estimators (FOR="SVC tree" picks)
	mkdir -p build
	$(BIN)/python -m benchmarks.estimators --json build/estimators.json $(FOR)

# Six minutes of CPU to build, so it is no part of `make test` (decision 75); in a network of its own, as root.
.PHONY: kueue
kueue: install ## Have the real Kueue admit and preempt runs on a real API server
	for program in etcd kube-apiserver kueue; do $(CLUSTER) tool $$program; done
	unshare --net --pid --fork --kill-child --mount-proc tests/kueue/apart.sh $(PYTEST) tests/kueue

# Needs the program that the target before it builds. As root, on the local node.
.PHONY: kueue-on-cluster
kueue-on-cluster: install images ## Have the real Kueue admit and preempt runs whose pods are real
	$(CLUSTER) tool kueue
	$(PYTEST) tests/kueue_on_cluster

# Four minutes of CPU to build metrics-server, so it is no part of `make test` (decision 98).
.PHONY: autoscaling
autoscaling: install cluster ## Have a real autoscaler move pods while versions are released
	for program in helm4 metrics-server; do $(CLUSTER) tool $$program; done
	$(PYTEST) tests/autoscaling

# Five minutes of CPU to build Envoy Gateway, so it is no part of `make test` (decision 84).
.PHONY: gateway
gateway: install cluster ## Have the real Envoy Gateway split requests by our routes
	for program in helm4 envoy-gateway; do $(CLUSTER) tool $$program; done
	$(PYTEST) tests/gateway

# Five minutes of CPU to build, so it is no part of `make test` (decision 85).
.PHONY: flux
flux: install cluster ## Have Flux's real kustomize-controller apply, wait, find no drift
	$(CLUSTER) tool kustomize-controller
	$(PYTEST) tests/flux

# A hundred pods and more are too many for each run of `make test`; shared fits, gates and imports are among its tests.
.PHONY: training-on-cluster
training-on-cluster: install images ## A search of 50 trials, its pods and the operator killed at random
	$(PYTEST) tests/training_on_cluster

# Each takes minutes of both processors: neither is a part of `make test`. As root, on the local node.
.PHONY: federated
federated: install images ## Train by three parties in pods, listen to what they send
	$(PYTEST) tests/federated_on_cluster

.PHONY: answers
answers: install images ## Let ten versions serve on the cluster, and ask why of a hundred answers
	$(PYTEST) tests/answers_on_cluster

# Two API servers with an operator each, in a network of their own, as root.
.PHONY: promotion
promotion: install ## Hand a version over from one cluster to another, both real API servers
	for program in etcd kube-apiserver versitygw helm4; do $(CLUSTER) tool $$program; done
	unshare --net --pid --fork --kill-child --mount-proc $(PYTEST) tests/promotion

# One API server with the operator, in a network of its own, as root.
.PHONY: typed
typed: install ## Type the documents' commands that need no kubelet, on a real API server
	for program in etcd kube-apiserver kubectl versitygw helm4; do $(CLUSTER) tool $$program; done
	unshare --net --pid --fork --kill-child --mount-proc $(PYTEST) tests/typed

.PHONY: images
images: cluster ## Build the images and load them into the cluster
	$(call STAGE,images)
	$(CLUSTER) target images

.PHONY: oldest
oldest: install ## Install the chart on the oldest Kubernetes that it is made for (builds it: long)
	$(BIN)/python charts/on_oldest.py

# On a cluster that is empty of Trainyard, as they install it themselves: so both stand alone.
.PHONY: tutorial
tutorial: install images ## Type the tutorial on the empty cluster, count and time its commands
	$(BIN)/python -m benchmarks.tutorial

.PHONY: restore
restore: install images ## Delete everything and restore it as docs/operations/running.md says
	$(PYTEST) tests/restore

# ── releases ──────────────────────────────────────────────────────────────────────────────
SBOM_TOOLS = $(BIN)/uv run --quiet --no-project --isolated --python $(BIN)/python \
  --with-requirements requirements/sbom.txt

.PHONY: sbom
sbom: install ## Write a bill of materials (CycloneDX) for each image and the chart to dist/sbom
	$(call STAGE,bills of materials)
	mkdir -p dist/sbom
	for image in operator serving serving-sklearn training federated; do \
	  $(SBOM_TOOLS) cyclonedx-py requirements --output-reproducible --short-PURLs \
	    -o dist/sbom/$$image.cdx.json requirements/$$image.txt; \
	done
	$(SBOM_TOOLS) python charts/sbom.py > dist/sbom/chart.cdx.json

.PHONY: package
package: install ## Pack the chart, the CRDs and a bundle for OLM to dist/, with checksums
	$(call STAGE,chart)
	mkdir -p dist
	"$$($(CLUSTER) tool helm4)" package charts/trainyard --destination dist
	for crd in crds/*.yaml; do echo ---; cat $$crd; done > dist/crds.yaml
	rm -rf dist/olm && $(BIN)/python charts/olm.py dist/olm
	cd dist && sha256sum *.tgz crds.yaml > checksums.txt

# folder:image:target of its Dockerfile
IMAGES := operator:operator: serving-image:serving:server serving-image:serving-sklearn:server-sklearn training-image:training:trainer training-image:training-federated:trainer-federated
.PHONY: publish
publish: # needs docker, cosign, helm and rights in REGISTRY; VERSION is that of the release
	@: $${REGISTRY:?say where the images go} $${VERSION:?say which release this is}
	for one in $(IMAGES); do \
	  IFS=: read -r folder name target <<<"$$one"; \
	  docker buildx build --push --provenance=mode=max --platform linux/amd64,linux/arm64 \
	    $${target:+--target $$target} --file $$folder/Dockerfile --tag $$REGISTRY/$$name:$$VERSION \
	    --metadata-file dist/$$name.json .; \
	  image=$$REGISTRY/$$name@$$($(BIN)/python -c "import json; \
	    print(json.load(open('dist/$$name.json'))['containerimage.digest'])"); \
	  cosign sign --yes $$image; \
	  cosign attest --yes --type cyclonedx --predicate dist/sbom/$$name.cdx.json $$image; \
	done
	helm push dist/trainyard-*.tgz oci://$$REGISTRY/charts

# ── whole suites ──────────────────────────────────────────────────────────────────────────
.PHONY: serving
serving: install programs
	$(call STAGE,serving image · router)
	$(SUITE) $(TWO_AT_A_TIME) tests/serving tests/benchmarks tests/router \
	  $(call ALONE,tests/serving tests/benchmarks tests/router)

.PHONY: peers
peers: install ## Ask other model servers and ours the same (installs them on first use)
	$(call STAGE,other model servers beside ours)
	$(BIN)/python -m benchmarks.serving.locked_environments mlserver kserve mlflow openlineage
	$(PYTEST) --maxfail=20 tests/peers

.PHONY: training
training: install programs
	$(call STAGE,training image · local cluster · demo · the page in a browser)
	$(BIN)/python -m benchmarks.serving.locked_environments mlcroissant kfp
	$(SUITE) $(TWO_AT_A_TIME) tests/contract tests/training tests/devcluster tests/demo tests/browser \
	  $(call ALONE,tests/contract tests/training tests/devcluster tests/demo tests/browser)

.PHONY: on-cluster
on-cluster: install images programs
	$(call STAGE,tests on the real cluster)
	$(SUITE) $(SEVERAL_AT_A_TIME) tests/cluster tests/chart \
	  $(call ALONE,tests/cluster tests/chart)

.PHONY: e2e
e2e: install images
	$(call STAGE,the demo as a test)
	$(BIN)/python -m demo --clean  # what an earlier demo left would be worked on, too
	$(PYTEST) -s tests/e2e

.PHONY: test
test: check docs serving peers training on-cluster e2e ## Set up everything and pass every test
	$(call STAGE,all passed)

.PHONY: demo
demo: install images ## Show the main job on a real cluster, as a story
	$(BIN)/python -m demo

.PHONY: demo-clean
demo-clean: ## Remove everything that the demo made, the local cluster included
	-$(BIN)/python -m demo --clean
	$(CLUSTER) target down
