"""What can be wrong with a bundle or with the store that holds it?"""

from __future__ import annotations


class BundleFault(Exception):
    """Base of every fault below; its text is a sentence fit for a user."""


class BundleCorrupt(BundleFault):
    """Bytes are not what the digest says. Used when a size or sha256 differs, or a file is gone."""

    def __init__(self, name: str, expected: str, found: str) -> None:
        super().__init__(
            f"bundle file {name}: expected {expected}, found {found};"
            " the stored copy is damaged: publish the bundle again from its training run"
        )
        self.name = name
        self.expected = expected
        self.found = found


class BundleNotFound(BundleFault):
    """The store holds no complete bundle (no manifest) under this digest."""


class BundleUnreadable(BundleFault):
    """The bytes are intact, but not a bundle that this version can read or serve."""


class RuntimeMissing(BundleFault):
    """The bundle is served by a library that this image lacks; another image has it."""


class ModelNotTrusted(BundleFault):
    """Loading the model would run code that nobody allowed."""


class PredictionInvalid(BundleFault):
    """The model answered, but not with one finite value per row (or not with its own classes)."""


class StoreFault(Exception):
    """Base of what a store may answer instead of bytes."""


class StoreNotFound(StoreFault):
    """There is no object under this key."""


class StoreMissing(StoreFault):
    """There is no such bucket: nothing can be said about what it should hold."""


class StoreDenied(StoreFault):
    """The store refuses these credentials, or none were given; somebody has to bring others."""


class StoreUnusable(StoreFault):
    """What is asked for cannot be read as it is named or kept there: a person has to change it."""


class StoreUnreachable(StoreFault):
    """The store did not answer as it should, retries included; trying again later may help."""


class StoreBusy(StoreUnreachable):
    """Somebody is removing what is asked for; a moment later it is gone, or there to stay."""
