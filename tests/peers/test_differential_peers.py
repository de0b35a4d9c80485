"""MLServer, KServe and ours behind the same models, asked the same, payload for payload."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from peers.answers import Inferred, Output, read
from peers.corpus import corpus
from peers.differences import statuses
from peers.leaves import DOCUMENTS
from peers.payloads import OURS, PEERS, Payload
from peers.servers import Asked
from serving_process import Reply

pytestmark = pytest.mark.peers

CORPUS = corpus()
STATUSES = statuses()
PAIRS = [
    pytest.param(payload, peer, id=f"{payload.says} · {peer}")
    for payload in CORPUS.values()
    for peer in payload.peers
]
CLOSE = 1e-5
"""Probabilities and numbers: ours computes in float32, the peers in float64."""

Replies = dict[tuple[str, str], Reply]


@pytest.fixture(scope="module")
def replies(servers: dict[str, Asked]) -> Replies:
    """What everybody says to everything."""
    return {
        (payload.says, server): servers[server].reply(payload)
        for payload in CORPUS.values()
        for server in (OURS, *payload.peers)
    }


@pytest.mark.parametrize(("payload", "peer"), PAIRS)
def test_statuses_are_of_the_same_class(replies: Replies, payload: Payload, peer: str) -> None:
    """Except where the table says otherwise; what it says has to be so."""
    ours = replies[payload.says, OURS].status
    theirs = replies[payload.says, peer].status
    difference = STATUSES.get((payload.says, peer))
    if difference is None:
        assert theirs // 100 == ours // 100, (theirs, ours)
    else:
        assert (difference.ours, difference.theirs[peer]) == (ours, theirs)


@pytest.mark.parametrize(("payload", "peer"), PAIRS)
def test_answers_are_the_same(replies: Replies, payload: Payload, peer: str) -> None:
    """Predictions, names, ids, shapes and datatypes; where they may differ, the table says how."""
    ours, theirs = replies[payload.says, OURS], replies[payload.says, peer]
    allowed = {leave.way for leave in DOCUMENTS if leave.peer == peer}
    assert set() == set(_differences(payload, ours, theirs)) - allowed


@pytest.mark.parametrize("payload", [pytest.param(p, id=p.says) for p in CORPUS.values()])
def test_our_errors_have_the_form_of_the_protocol(replies: Replies, payload: Payload) -> None:
    """`{"error": …}` as JSON, one sentence, nothing of the server's inside."""
    reply = replies[payload.says, OURS]
    if reply.status == 200 or payload.method == "HEAD":
        return
    assert "application/json" == reply.headers["content-type"]
    assert ["error"] == list(reply.document)
    message = reply.document["error"]
    assert isinstance(message, str)
    assert message
    for secret in ("Traceback", "File ", "/site-packages/", "numpy", "sklearn", "onnx"):
        assert secret not in message


@pytest.mark.parametrize(
    "payload", [pytest.param(p, id=p.says) for p in CORPUS.values() if " of " in p.says]
)
def test_refused_methods_come_with_those_that_are_allowed(
    replies: Replies, payload: Payload
) -> None:
    """As RFC 9110 15.5.6 requires, and as both peers do."""
    for server in (OURS, *payload.peers):
        reply = replies[payload.says, server]
        if reply.status == 405:
            assert payload.method not in reply.headers["allow"].split(", ")


def test_the_table_names_payloads_that_are_asked() -> None:
    """No row is about nothing."""
    asked = {(payload.says, peer) for payload in CORPUS.values() for peer in payload.peers}
    assert set() == set(STATUSES) - asked


@pytest.mark.parametrize("peer", PEERS)
def test_every_leave_is_taken(replies: Replies, peer: str) -> None:
    """A difference that is gone has to go from the table."""
    taken: set[str] = set()
    for payload in CORPUS.values():
        if peer in payload.peers:
            ours, theirs = replies[payload.says, OURS], replies[payload.says, peer]
            taken |= set(_differences(payload, ours, theirs))
    assert {leave.way for leave in DOCUMENTS if leave.peer == peer} == taken


def _differences(payload: Payload, ours: Reply, theirs: Reply) -> Iterator[str]:
    """Each way in which two answers with 200 differ. Raises AssertionError where they may not."""
    if (ours.status, theirs.status) != (200, 200) or payload.method == "HEAD":
        return
    if payload.path.endswith("/infer"):
        yield from _inferred(payload, ours, theirs)
    elif payload.path == "/v1/models":  # a KServe server has several
        assert set(ours.document["models"]) <= set(theirs.document["models"])
    elif payload.path.startswith("/v1/"):
        assert theirs.document == ours.document
    else:
        yield from _told(ours.document, theirs)


def _told(ours: dict[str, Any], theirs: Reply) -> Iterator[str]:
    """Metadata and health."""
    if not theirs.body:
        yield "health without a document"
        return
    told = theirs.document
    if "platform" not in told:
        shared = {key for key in ("live", "ready", "extensions") if key in told and key in ours}
        assert shared, "nothing to compare"
        assert {type(told[key]) for key in shared} == {type(ours[key]) for key in shared}
        assert all(told[key] == ours[key] for key in shared - {"extensions"})
        return
    assert told["name"] == ours["name"]
    assert {"name", "versions", "platform", "inputs", "outputs"} == set(ours)
    if not told["inputs"] and not told["outputs"]:
        yield "metadata without tensors"
    if not told["versions"]:
        yield "metadata without versions"


def _inferred(payload: Payload, ours: Reply, theirs: Reply) -> Iterator[str]:
    mine, other = read(ours), read(theirs)
    assert other.document["model_name"] == mine.document["model_name"]
    yield from _around(payload, mine, other)
    if theirs.headers.get("content-type") != ours.headers["content-type"]:
        yield "bytes without a content type"
    if [o.name for o in other.outputs] != [o.name for o in mine.outputs][: len(other.outputs)]:
        yield "outputs of other names"
    if len(other.outputs) < len(mine.outputs):
        yield "fewer outputs by default"
    for his, own in zip(other.outputs, mine.outputs, strict=False):
        yield from _tensors(own, his)


def _around(payload: Payload, mine: Inferred, other: Inferred) -> Iterator[str]:
    sent = _sent_id(payload)
    assert sent == mine.document.get("id")
    if sent is None and other.document.get("id") is not None:
        yield "an id nobody gave"
    else:
        assert sent == other.document.get("id")
    if other.document.get("model_version") is None:
        yield "no version in answers"
    else:
        assert other.document["model_version"] == mine.document["model_version"]


def _sent_id(payload: Payload) -> str | None:
    if not isinstance(payload.body, bytes):  # it depends on the server: none of those has an id
        return None
    try:
        sent: str | None = json.loads(payload.body).get("id")
    except ValueError:  # it has bytes behind it: none of those has an id
        return None
    return sent


def _tensors(own: Output, his: Output) -> Iterator[str]:
    assert his.datatype == own.datatype
    if own.datatype == "FP64":
        np.testing.assert_allclose(own.values, his.values, rtol=CLOSE, atol=CLOSE)
    else:
        assert his.values == own.values
    if (*own.shape, 1) == his.shape:
        yield "a column where one value per row is answered"
    else:
        assert his.shape == own.shape
