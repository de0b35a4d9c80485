"""Where do results live in the store, and how is a store's silence told from a user's mistake?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelbundle import publishing
from modelbundle.canonical import canonical_json
from modelbundle.faults import (
    BundleCorrupt,
    BundleFault,
    BundleNotFound,
    StoreDenied,
    StoreMissing,
    StoreNotFound,
    StoreUnreachable,
    StoreUnusable,
)
from modelbundle.store import Store, open_store
from trainer.pod.environment import Environment
from trainer.pod.exits import MachineFault, Reason, UserFault
from trainer.pod.result import Document


def open_environment_store(environment: Environment) -> Store:
    """The artifact store of this pod. Raises UserFault when the pod names none."""
    url = environment.require_store_url()
    try:
        with store_faults():
            return open_store(url, environment.store_endpoint, environment.store_region)
    except ValueError as error:
        raise UserFault(Reason.SETTING_MISSING, f"TRAINYARD_STORE_URL: {error}") from error


@contextmanager
def store_faults() -> Iterator[None]:
    """Faults of the store inside the block become UserFault or MachineFault with its words."""
    try:
        yield
    except StoreDenied as error:
        raise UserFault(Reason.STORE_DENIED, str(error)) from error
    except StoreMissing as error:
        raise UserFault(
            Reason.STORE_MISSING,
            f"{error}; create the bucket, or name another one in the operator's setting store",
        ) from error
    except (StoreUnreachable, StoreUnusable) as error:
        raise MachineFault(Reason.STORE_UNREACHABLE, str(error)) from error


def fetch_bundle(store: Store, digest: str, folder: Path) -> None:
    """The folder holds the verified bundle. Raises UserFault; MachineFault: the store is away."""
    try:
        with store_faults():
            publishing.fetch(store, digest, folder)
    except BundleNotFound as fault:
        raise UserFault(Reason.BUNDLE_NOT_FOUND, str(fault)) from fault
    except BundleCorrupt as fault:
        raise UserFault(Reason.BUNDLE_CORRUPT, str(fault)) from fault
    except BundleFault as fault:
        raise UserFault(Reason.MODEL_UNREADABLE, str(fault)) from fault


def record(store: Store, path: str, document: Document) -> Document:
    """The document that result.json holds: this one, or an earlier one, which stays as it is."""
    with store_faults():
        if store.write_once(path, canonical_json(document)):
            return document
    return stored_result(store, path)


def stored_result(store: Store, path: str) -> Document:
    """The document of result.json. Raises UserFault ResultNotFound when there is none."""
    try:
        with store_faults():
            document: Document = json.loads(store.read(path))
    except StoreNotFound as error:
        raise UserFault(
            Reason.RESULT_NOT_FOUND, f"the store holds no result {path}; the run never ended"
        ) from error
    return document
