"""Which sources may not be read, because they would open the artifact store past its own rules?

Below its part of the store a namespace keeps rows that no training may see and results that decide
about models. Pods of the installation read and write them; whoever may write our kinds does not.
"""

from __future__ import annotations

from trainyard.api.dataset_sources import DatasetSource
from trainyard.api.sources import Source
from trainyard.installation import BucketStore, ClaimStore, Installation
from trainyard.store_access import SECRET

INSTEAD = "put the files beside what is kept there and read them with `s3: {path: …}` alone"


def why_forbidden(source: Source | None, installation: Installation) -> str:
    """Return what is wrong with the source and what to do, or an empty text."""
    if source is None:
        return ""
    if isinstance(source, DatasetSource) and source.dvc is not None:
        return why_forbidden(source.dvc.remote, installation)
    store = installation.store
    if isinstance(store, ClaimStore):
        if source.pvc is not None and source.pvc.claim_name == store.claim:
            return f"source.pvc.claimName {store.claim} is the artifact store itself: {INSTEAD}"
        return ""
    return _keys_of_the_store(source, store)


def _keys_of_the_store(source: Source, store: BucketStore) -> str:
    member, named = "s3", source.s3.secret_name if source.s3 is not None else None
    if isinstance(source, DatasetSource) and source.container is not None:
        member, named = "container", source.container.secret_name
    if named is None or named not in {SECRET, store.read_secret}:
        return ""
    return (
        f"source.{member}.secretName {named} holds the keys of the artifact store: name a secret"
        f" with keys of the source's own, or {INSTEAD}"
    )
