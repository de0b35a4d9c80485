"""What do people ask of a Dataset, and what comes of it?"""

from __future__ import annotations

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetReason, DatasetStatus
from trainyard.reconciling.turn import Turn
from trainyard.requests import Request, Verb, outcomes_with, pending_request

SCHEMA = "schema"
_KNOWN = "a Dataset knows refresh@now and release@schema"


def answer_request(
    dataset: Dataset, turn: Turn[DatasetStatus]
) -> tuple[Turn[DatasetStatus], str | None]:
    """Return the turn with the pending request latched, and its text when it asks for a look.

    A request waits while a look is at work: it wants to know how the data is after it was made.
    """
    request = pending_request(dataset, turn.status)
    if request is None:
        return turn, None
    if request.verb is Verb.REFRESH:
        return _busy_or(turn, request, "looks again")
    if request.verb is Verb.RELEASE and request.target == SCHEMA:
        return _released(dataset, turn, request)
    latched = _latched(turn, request, done=False, message=_KNOWN)
    text = f"{request.text}: {_KNOWN}"
    return latched.noted(DatasetReason.REQUEST_REFUSED, text, warning=True), None


def _busy_or(
    turn: Turn[DatasetStatus], request: Request, message: str
) -> tuple[Turn[DatasetStatus], str | None]:
    look = turn.status.look
    if look is None:
        return _latched(turn, request, done=True, message=message), request.text
    if look.phase != "Waiting":
        return turn, None
    # It was about to look again anyway: now is the time.
    sooner = look.model_copy(update={"retry_at": turn.now})
    return _latched(turn.changed(look=sooner), request, done=True, message=message), None


def _released(
    dataset: Dataset, turn: Turn[DatasetStatus], request: Request
) -> tuple[Turn[DatasetStatus], str | None]:
    if dataset.spec.columns:
        text = "the columns are declared in spec.columns: change them there"
        latched = _latched(turn, request, done=False, message=text)
        return latched.noted(DatasetReason.REQUEST_REFUSED, text, warning=True), None
    message = "the next look locks the shape it finds"
    latched, wanted = _busy_or(turn, request, message)
    if latched is turn:
        return turn, None
    look = latched.status.look
    free = look.model_copy(update={"locked_schema": None}) if look else None
    latched = latched.changed(locked_schema=None, look=free)
    return latched.noted(DatasetReason.SCHEMA_RELEASED, message), wanted


def _latched(
    turn: Turn[DatasetStatus], request: Request, *, done: bool, message: str
) -> Turn[DatasetStatus]:
    return turn.changed(
        last_request=request.text,
        requests=outcomes_with(
            turn.status.requests, request, done=done, message=message, now=turn.now
        ),
    )
