"""Collections look at what is new; what is dropped goes all the same."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from trainyard.process import garbage


class Thing:
    """Something that a weak reference can watch."""

    other: Thing | None = None


@pytest.fixture
def _short() -> Iterator[None]:
    garbage.keep_collections_short()
    yield
    gc.callbacks.remove(garbage._freeze_survivors)
    gc.unfreeze()


@pytest.mark.usefixtures("_short")
def test_what_survived_a_full_collection_is_not_looked_at_again() -> None:
    """However much is alive, only what was made since is in the next one."""
    kept = [[number] for number in range(100_000)]
    gc.collect()
    assert len(gc.get_objects()) < 10_000
    assert gc.get_freeze_count() > len(kept)


@pytest.mark.usefixtures("_short")
def test_what_nobody_refers_to_goes_at_once_and_new_cycles_with_a_collection() -> None:
    """Frozen or not."""
    frozen = Thing()
    gc.collect()
    gone = weakref.ref(frozen)
    del frozen
    assert gone() is None
    one, two = Thing(), Thing()
    one.other, two.other = two, one
    gone = weakref.ref(one)
    del one, two
    gc.collect()
    assert gone() is None


@pytest.mark.usefixtures("_short")
def test_asking_twice_is_asking_once() -> None:
    """A second life in one process adds nothing."""
    garbage.keep_collections_short()
    assert 1 == gc.callbacks.count(garbage._freeze_survivors)
