"""What does the store know of an answer: the request, where it was kept, and the bundle's manifest?

With the reader's own keys, as the environment has them.
"""

from __future__ import annotations

import os

import pyarrow.compute as pc

from modelbundle.faults import BundleFault, StoreFault
from modelbundle.manifest import Manifest
from modelbundle.publishing import stored_manifest
from modelbundle.store import Store, store_of_environment
from trainer.captures.capture_table import BUNDLE, REQUEST_ID, REVISION, TIME
from trainer.captures.labelled_rows import capture_parts
from trainer.pod.exits import UserFault
from trainyardctl.answer import Answer, NoAnswer
from trainyardctl.answer_chain import StoredBundle

_FOLDER = "captures"


def kept_answer(url: str, request_id: str) -> Answer:
    """Return the answer to the request, from the captures of the store. Raises NoAnswer."""
    try:
        for table in capture_parts(_opened(url), _FOLDER):
            place = pc.index(table[REQUEST_ID], request_id).as_py()
            if place >= 0:
                row = table.slice(place, 1)
                return Answer(
                    revision=row[REVISION][0].as_py(),
                    bundle_digest=row[BUNDLE][0].as_py(),
                    request_id=request_id,
                    known_from=f"captures of {row[TIME][0].as_py():%Y-%m-%d %H:%M:%S} UTC",
                )
    except (StoreFault, UserFault) as fault:
        raise NoAnswer(f"{url}: {fault}") from fault
    raise NoAnswer(
        f"{url}: no captured request {request_id!r}; only the share that monitoring.capture names"
        " is kept, for its retentionDays. The headers of the answer are enough: --headers FILE"
    )


def manifest_at(url: str, digest: str) -> Manifest:
    """Return the bundle's manifest, whose bytes were verified. Raises NoAnswer."""
    try:
        return stored_manifest(_opened(url), digest)
    except (StoreFault, BundleFault) as fault:
        raise NoAnswer(f"{url}: {fault}") from fault


def stored_bundle(url: str, digest: str) -> StoredBundle:
    """Return what the bundle's verified manifest says. Raises NoAnswer."""
    manifest = manifest_at(url, digest)
    origin = manifest.origin
    return StoredBundle(origin.dataset_digest, origin.recipe_digest, len(manifest.files))


def _opened(url: str) -> Store:
    try:
        return store_of_environment({**os.environ, "TRAINYARD_STORE_URL": url})
    except (ValueError, StoreFault) as fault:
        raise NoAnswer(str(fault)) from fault
