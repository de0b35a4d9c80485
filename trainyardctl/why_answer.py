"""What is told of an answer, from its headers or its request's id, and of a bundle in the store?"""

from __future__ import annotations

from rich.console import Console

from modelbundle.manifest import Manifest
from trainyardctl.answer import Answer, NoAnswer, answer_of, read_headers
from trainyardctl.answer_chain import StoredBundle, chain_of, chain_tree, is_sound
from trainyardctl.connection import Connection
from trainyardctl.store_libraries import check_libraries

_WIDTH = 1000
"""Digests are there to be compared: no link is cut off; a terminal folds what is too long."""


async def answer_told(there: Connection, headers: str, request: str, store: str) -> bool:
    """Draw the answer's chain; return whether no link of it is wrong. Raises NoAnswer."""
    answer = _kept(store, request) if request else answer_of(read_headers(headers))
    stored = _stored(store, answer) if store else None
    chapters = chain_of(answer, await there.snapshot(), await there.approvals(), stored)
    Console(width=_WIDTH).print(chain_tree(answer, chapters))
    return is_sound(chapters)


def _kept(store: str, request: str) -> Answer:
    if not store:
        raise NoAnswer(
            "--request: where captures are is not known; name the namespace's part of the store"
            " with --store, for instance s3://bucket/models, or give the answer's --headers"
        )
    check_libraries()
    from trainyardctl.stored_answers import kept_answer

    return kept_answer(store, request)


def manifest_in(store: str, digest: str) -> Manifest:
    """Return the verified manifest of the bundle. Raises NoAnswer."""
    check_libraries()
    from trainyardctl.stored_answers import manifest_at

    return manifest_at(store, digest)


def _stored(store: str, answer: Answer) -> StoredBundle:
    check_libraries()
    from trainyardctl.stored_answers import stored_bundle

    return stored_bundle(store, answer.bundle_digest)
