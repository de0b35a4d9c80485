"""What can be configured by environment variables, each named TRAINYARD_<FIELD>."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from trainyard.installation import (
    ArtifactStore,
    Installation,
    PullPolicy,
    StoreUnreadable,
    parse_store,
)
from trainyard.pod_defaults import PodDefaults
from trainyard.receivers import Receivers
from trainyard.refresh_window import RefreshWindow
from trainyard.tracking_servers import TrackingServers

PREFIX = "TRAINYARD_"
LABEL = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"

Label = Annotated[str, StringConstraints(pattern=LABEL)]


class SettingsWrong(Exception):
    """A variable has a value that cannot be used; the message names it, the value and the fix."""


class Settings(BaseSettings):
    """The operator's settings, read once at start."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    namespaces: Annotated[tuple[Label, ...], NoDecode] = ()
    """Namespaces to work in, separated by commas; empty: the whole cluster."""
    operator_namespace: Label = "trainyard-system"
    """Namespace the operator itself runs in; holds its Lease."""
    installation: Label = "default"
    """Separates installations that share one store or one cluster."""
    store: str = "pvc://trainyard-store"
    """Artifact store: `pvc://<claim>[/path]` or `s3://<bucket>[/prefix]`."""
    store_endpoint: str = ""
    """URL of the S3 service; empty means AWS."""
    store_region: str = ""
    """Region of the S3 service."""
    store_read_secret: Annotated[str, StringConstraints(pattern=f"^$|{LABEL}")] = ""
    """Secret of each namespace with keys that only read the bucket, for pods that fetch or report;
    empty: they use the secret trainyard-store, as those that write."""
    store_retention_days: Annotated[int, Field(ge=0, le=3650)] = 0
    """How many days what no object refers to any more is kept in the store; 0: for ever."""
    training_image: str = "trainyard/training:dev"
    """Image of ingest, training and evaluation pods."""
    federated_image: str = "trainyard/training-federated:dev"
    """Image of the pods of several parties that train together; empty: nobody does here."""
    serving_image: str = "trainyard/serving:dev"
    """Image of model servers that need ONNX Runtime alone."""
    serving_sklearn_image: str = "trainyard/serving-sklearn:dev"
    """Image of all other model servers; empty: serving_image serves all."""
    router_image: str = "docker.io/envoyproxy/envoy:v1.40.0"
    """Envoy image of the routers; the default is the version that the tests run."""
    image_pull_policy: PullPolicy = "IfNotPresent"
    """imagePullPolicy of all pods the operator makes."""
    pods: PodDefaults = PodDefaults()
    """What all pods that the operator makes have in common, as JSON: users, secrets, limits."""
    refresh_window: RefreshWindow = RefreshWindow()
    """When installed images are released without a request, as JSON; no cron: never."""
    receivers: Receivers = Receivers()
    """Who outside may be told of decisions, as JSON by name: `{"team-a": {"format": "Slack"}}`."""
    receivers_folder: str = ""
    """Folder of a mounted secret: the address of each receiver in a file of its name, and, where
    it wants one, its Authorization header in `<name>.authorization`."""
    mlflow_servers: TrackingServers = TrackingServers()
    """MLflow servers where runs may be tracked, as JSON by name: `{"team": {"namespaces": []}}`."""
    mlflow_folder: str = ""
    """Folder of a mounted secret: the address of each MLflow server in a file of its name, and,
    where it wants one, its Authorization header in `<name>.authorization`."""
    openlineage_servers: TrackingServers = TrackingServers()
    """Servers that take events of OpenLineage, as JSON by name, as of MLflow's."""
    openlineage_folder: str = ""
    """Folder of a mounted secret, as that of MLflow servers."""
    prometheus_url: str = ""
    """Prometheus to ask; empty: the operator scrapes the pods itself."""
    prometheus_secret_folder: str = ""
    """Folder of a mounted secret: `token`, or `username` and `password`, `ca.crt`, and
    `header.<name>` for each further header; empty: Prometheus is open."""
    prometheus_timeout_seconds: Annotated[int, Field(ge=2, le=60)] = 8
    """How long an answer of Prometheus may take."""
    prometheus_namespace_label: Annotated[str, StringConstraints(pattern=r"^([a-zA-Z_]\w*)?$")] = ""
    """Label by which every selector of a user's query has to name the namespace of its object;
    empty: queries may select every series."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    """Port of /livez, /readyz and /metrics."""
    workers: Annotated[int, Field(ge=1, le=64)] = 8
    """How many objects are worked on at a time."""
    leader_election: bool = True
    """Whether a Lease decides which replica works; off only where there is one process."""
    identity: str = ""
    """Name of this replica in the Lease; default: host name and process."""
    overdue_seconds: Annotated[int, Field(ge=10)] = 300
    """/livez fails when an object has been waiting for longer than this."""
    log_level: Annotated[str, StringConstraints(pattern="^(DEBUG|INFO|WARNING|ERROR)$")] = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""

    @field_validator("namespaces", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @model_validator(mode="after")
    def _addresses_hold_no_credentials(self) -> Self:
        if "@" in self.prometheus_url.partition("://")[2].partition("/")[0]:
            # Neither the pod's spec nor the message of a fault is a place for them.
            text = "credentials belong into the secret of Prometheus, not into its address"
            raise ValueError(f"{PREFIX}PROMETHEUS_URL: {text}")
        return self

    @model_validator(mode="after")
    def _store_is_readable(self) -> Self:
        self.artifact_store()
        return self

    def artifact_store(self) -> ArtifactStore:
        """Return the parsed store; raises StoreUnreadable."""
        try:
            return parse_store(
                self.store,
                endpoint=self.store_endpoint,
                region=self.store_region,
                read_secret=self.store_read_secret,
            )
        except StoreUnreadable as fault:
            raise StoreUnreadable(f"{PREFIX}STORE: {fault}") from fault

    @property
    def status_writer(self) -> str:
        """The name under which statuses are written: the same for all replicas."""
        return f"{self.operator_namespace}/{self.installation}"

    def to_installation(self) -> Installation:
        """Return the part of the settings that decisions and manifests may see."""
        return Installation(
            operator_namespace=self.operator_namespace,
            id=self.installation,
            store=self.artifact_store(),
            training_image=self.training_image,
            federated_image=self.federated_image,
            serving_image=self.serving_image,
            serving_sklearn_image=self.serving_sklearn_image,
            router_image=self.router_image,
            image_pull_policy=self.image_pull_policy,
            pods=self.pods,
            refresh_window=self.refresh_window,
            receivers=self.receivers,
            mlflow_servers=self.mlflow_servers,
            openlineage_servers=self.openlineage_servers,
            store_retention_days=self.store_retention_days,
            has_prometheus=bool(self.prometheus_url),
            prometheus_namespace_label=self.prometheus_namespace_label,
        )


def read_settings() -> Settings:
    """Return the settings of the environment; raises SettingsWrong with one sentence."""
    try:
        return Settings()
    except ValidationError as fault:
        error = fault.errors(include_url=False)[0]
        raise SettingsWrong(_sentence(error["loc"], error["msg"], error["input"])) from fault


def _sentence(place: tuple[int | str, ...], problem: str, found: object) -> str:
    if not place:
        return problem.removeprefix("Value error, ")
    return f"{PREFIX}{str(place[0]).upper()}: {problem}, found {found!r}"
