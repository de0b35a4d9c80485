"""How is a bucket of a source opened: with which keys?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from modelbundle.store import NO_CREDENTIALS, Credentials, Store, open_store
from trainer.pod.exits import MachineFault, Reason, UserFault
from trainer.sources.addresses import resolve
from trainer.sources.proxies import proxy_of
from trainer.tasks.task_parts import S3Source

_PORTS = {"http": 80, "https": 443}


def open_bucket(source: S3Source, variables: Mapping[str, str]) -> Store:
    """The source's own bucket, with the keys of its secretName, or anonymously.

    Raises UserFault SourceForbidden where its endpoint is at an address at which no source may lie.
    Never with those of the artifact store: whoever may write a Dataset could otherwise read in
    every bucket that the store's keys open.
    """
    if source.endpoint:
        _check(source.endpoint)
    key = variables.get("TRAINYARD_SOURCE_ACCESS_KEY_ID")
    secret = variables.get("TRAINYARD_SOURCE_SECRET_ACCESS_KEY")
    credentials = Credentials(key, secret) if key and secret else NO_CREDENTIALS
    return open_store(f"s3://{source.bucket}", source.endpoint, source.region, credentials)


def _check(endpoint: str) -> None:
    """An endpoint is looked up like any other host; where a proxy finds it, as far as it is known.

    It is looked up once more when it is asked, and may send elsewhere: what then comes has to be
    the object that was listed.
    """
    try:
        parts = urlsplit(endpoint)
        place = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        text = f"source endpoint {endpoint!r}: expected http:// or https:// with a host"
        raise UserFault(Reason.SOURCE_INVALID, text) from error
    if proxy_of(parts.scheme, place[0]) is None:
        resolve(*place)
    else:
        with suppress(MachineFault):
            resolve(*place)
