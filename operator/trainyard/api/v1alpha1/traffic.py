"""How do requests reach the versions?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, ObjectName, cel
from trainyard.api.pod_settings import ResourceAmounts

TOKEN = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"  # noqa: S105 — of RFC 9110, no password
HeaderName = Annotated[str, StringConstraints(pattern=TOKEN, min_length=1, max_length=128)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=256)]
_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
HostName = Annotated[
    str,
    StringConstraints(pattern=rf"^(\*\.)?{_LABEL}(\.{_LABEL})*$", min_length=1, max_length=253),
]
"""As the Gateway API has it: `*.` may stand before it."""

_ROUTER_MEMORY = cel(
    (
        (
            "!has(self.limits) || !('memory' in self.limits)"
            " || quantity(string(self.limits['memory'])).compareTo(quantity('128Mi')) >= 0"
        ),
        "a router needs 128Mi: limits.memory is below",
    )
)


class NamedValue(ApiModel):
    """A header or cookie with exactly this value."""

    name: HeaderName
    """Its name."""
    value: Value
    """Its whole value."""


class TrafficMatch(ApiModel):
    """What a request has that is meant; all of it."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                (
                    "has(self.headers) && size(self.headers) > 0"
                    " || has(self.cookies) && size(self.cookies) > 0"
                ),
                "set headers, cookies or both: an empty match would mean every request",
            )
        )
    )

    headers: Annotated[tuple[NamedValue, ...], Field(max_length=8)] = ()
    """Headers, by name in any case and by their exact value."""
    cookies: Annotated[tuple[NamedValue, ...], Field(max_length=8)] = ()
    """Cookies, by their exact name and value."""


class StickyCookie(ApiModel):
    """The cookie by which a user is known again."""

    name: HeaderName = "trainyard-user"
    """What it is called."""
    ttl_seconds: Annotated[int, Field(ge=1, le=31536000)] = 604800
    """How long a browser keeps it."""


class Sticky(ApiModel):
    """A user stays with the version that answered first, as far as the weights allow: while the
    weight rises, users move to the new version and none moves back.
    """

    cookie: StickyCookie = StickyCookie()
    """The router sets it where a request has none; its value is a number that says nothing of the
    user."""


class ClientLimit(ApiModel):
    """How many requests one client may make; who makes more is told 429 with `Retry-After`."""

    requests_per_second: Annotated[int, Field(ge=1, le=100000)]
    """Of one address, and each router counts for itself: as many at once, and as many again with
    each second."""
    trusted_hops: Annotated[int, Field(ge=0, le=8)] = 0
    """How many proxies of yours stand before the routers, one behind the other, and name in
    `X-Forwarded-For` who asked them (1: an ingress or a gateway). 0: whoever connects is the
    client, whatever that header says."""


class ParentGateway(ApiModel):
    """A Gateway, or one of its listeners."""

    name: ObjectName
    """The Gateway."""
    namespace: ObjectName | None = None
    """Where it is; absent: beside this object. It must allow routes from here."""
    section_name: ObjectName | None = None
    """One of its listeners; absent: all that allow it."""


class GatewaySpec(ApiModel):
    """Which requests are split, for mode Gateway."""

    parent_refs: Annotated[tuple[ParentGateway, ...], Field(min_length=1, max_length=8)]
    """Through which Gateways they come."""
    hostnames: Annotated[tuple[HostName, ...], Field(max_length=16)] = ()
    """To which hosts; all paths of them. Absent: paths that begin with /v2/models/ and the name of
    this object, so that models can share a host."""


class TrafficSpec(ApiModel):
    """How requests reach the versions."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "!has(self.limitPerClient) || (self.mode == 'Router' && self.router == 'Always')",
                (
                    "limitPerClient is kept by routers that are always there:"
                    " mode Router, router Always"
                ),
            ),
            (
                "(self.mode == 'Gateway') == has(self.gateway)",
                (
                    "mode Gateway needs gateway, which says through which Gateways requests come;"
                    " other modes have none"
                ),
            ),
        )
    )

    mode: Literal["Router", "Replicas", "Gateway"] = "Router"
    """Router: an Envoy in front, exact weights. Replicas: one Service over the pods of both
    versions, so a weight is a ratio of pods and a weight finer than one pod is refused. Gateway: an
    HTTPRoute with exact weights for what comes through Gateways; the Service inside the cluster
    leads to the stable version. Replicas and Gateway can neither mirror nor match nor be sticky."""
    router: Literal["Releasing", "Always"] = "Releasing"
    """When requests pass the routers of mode Router. Releasing: while a release splits them
    (Canary, Shadow, matches); at rest the Service leads to the pods of the version that serves, and
    no router runs. Always: at all times; they try again elsewhere what a server did not begin."""
    gateway: GatewaySpec | None = None
    """Through which Gateways requests come (mode Gateway)."""
    sticky: Sticky | None = None
    """Absent: each request is assigned anew (mode Router; HTTP alone)."""
    limit_per_client: ClientLimit | None = None
    """Absent: one client may make as many requests as there is room for. Kept by the routers, so
    it needs mode Router and router Always."""
    resources: Annotated[ResourceAmounts, Field(json_schema_extra=_ROUTER_MEMORY)] = (
        ResourceAmounts()
    )
    """Requests and limits of each router; by its memory, 512Mi unless said, it is bounded how many
    users it serves at once: four for each MiB."""
