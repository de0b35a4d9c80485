"""What do people request of a Dataset, and what comes of it?"""

from __future__ import annotations

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.api.v1alpha1.dataset_status import DatasetReason
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.datasets.observed import DatasetTurn
from trainyard.requests import NOW, Request, Verb, pending_request, refusal_without_status

SCHEMA = "schema"
_KNOWN = "a Dataset knows refresh@now and accept-schema@now"


def answer_request(dataset: Dataset, turn: DatasetTurn) -> tuple[DatasetTurn, str | None]:
    """Return the turn with the pending request latched, and its text when it wants a refresh.

    A request waits while a refresh is at work: it asks for the data as it is from now on.
    """
    request = pending_request(dataset, turn.status)
    if request is None:
        return turn, None
    if refusal := refusal_without_status(turn.status, request):
        return _refused(turn, request, refusal), None
    if request.target == NOW and request.verb is Verb.REFRESH:
        return _refreshed(turn, request, "refreshes")
    if request.target == NOW and request.verb is Verb.ACCEPT_SCHEMA:
        return _schema_accepted(dataset, turn, request)
    return _refused(turn, request, f"{request.text}: {_KNOWN}"), None


def _refreshed(turn: DatasetTurn, request: Request, message: str) -> tuple[DatasetTurn, str | None]:
    refresh = turn.status.refresh
    if refresh is None:
        return turn.latched(request, done=True, message=message), request.text
    if refresh.phase is not TaskPhase.WAITING:
        return turn, None
    # It was about to be tried again anyway: now is the time.
    sooner = refresh.model_copy(update={"retry_at": turn.now})
    return turn.changed(refresh=sooner).latched(request, done=True, message=message), None


def _schema_accepted(
    dataset: Dataset, turn: DatasetTurn, request: Request
) -> tuple[DatasetTurn, str | None]:
    if dataset.spec.columns:
        text = "the columns are declared in spec.columns: change them there"
        return _refused(turn, request, text), None
    message = "the next refresh locks the schema it finds"
    latched, wanted = _refreshed(turn, request, message)
    if latched is turn:
        return turn, None
    refresh = latched.status.refresh
    free = refresh.model_copy(update={"locked_schema": None}) if refresh else None
    latched = latched.changed(locked_schema=None, refresh=free)
    return latched.noted(DatasetReason.SCHEMA_ACCEPTED, message), wanted


def _refused(turn: DatasetTurn, request: Request, text: str) -> DatasetTurn:
    latched = turn.latched(request, done=False, message=text)
    return latched.noted(DatasetReason.REQUEST_REFUSED, text, warning=True)
