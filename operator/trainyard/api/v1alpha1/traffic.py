"""How do requests reach the versions?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, cel
from trainyard.api.pod_settings import ResourceAmounts

TOKEN = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"  # noqa: S105 — of RFC 9110, no password
HeaderName = Annotated[str, StringConstraints(pattern=TOKEN, min_length=1, max_length=128)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=256)]

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


class TrafficSpec(ApiModel):
    """How requests reach the versions."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "!has(self.limitPerClient) || (self.mode == 'Router' && self.router == 'Always')",
                "limitPerClient is kept by routers that are there: mode Router, router Always",
            )
        )
    )

    mode: Literal["Router", "Replicas"] = "Router"
    """Router: an Envoy in front, exact weights. Replicas: one Service over the pods of both
    versions, so a weight is a ratio of pods and a weight finer than one pod is refused."""
    router: Literal["Always", "Releasing"] = "Always"
    """When requests pass the routers of mode Router. Always: at all times. Releasing: while a
    release splits them (Canary, Shadow, matches); at rest the Service leads to the pods of the
    version that serves, and no router runs."""
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
