"""With which reason and exit code does a container end, and whose fault does it say?"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Exit(IntEnum):
    """Exit codes: 10-19 are the user's fault and never retried; 20 and above may be retried.

    25 is retried without end, with growing pauses: what the pod needs may come, and keys may
    change, without a change to the object that asks for it.
    """

    DONE = 0
    TASK_UNREADABLE = 10
    DATASET_UNUSABLE = 11
    RECIPE_WRONG = 12
    USER_CODE_FAILED = 13
    DIGEST_MISMATCH = 14
    SOURCE_UNUSABLE = 15
    USER_FAULT = 19
    STORE_UNREACHABLE = 20
    UNEXPECTED = 21
    SOURCE_UNREACHABLE = 22
    NOT_THERE_YET = 25


class Reason(StrEnum):
    """Why a container ended without a result; each member says when it is used."""

    TASK_UNREADABLE = "TaskUnreadable"
    """Used when the task document is missing, is not JSON, or holds an unknown field or value."""
    VERB_UNKNOWN = "VerbUnknown"
    """Used when the container was started with another verb than those of this program."""
    SETTING_MISSING = "SettingMissing"
    """Used when the pod lacks an environment variable that the verb needs."""
    DATASET_NOT_FOUND = "DatasetNotFound"
    """Used when the store has no complete dataset version under the digest."""
    DATASET_CORRUPT = "DatasetCorrupt"
    """Used when a file of a dataset version is not what its manifest says."""
    ESTIMATOR_UNKNOWN = "EstimatorUnknown"
    """Used when the recipe names a class that does not exist or cannot be trained."""
    PARAMETER_INVALID = "ParameterInvalid"
    """Used when the estimator does not take a parameter or its value."""
    TRAINING_RAISED = "TrainingRaised"
    """Used when fitting raised an exception."""
    MODEL_UNREADABLE = "ModelUnreadable"
    """Used when the model that training left behind is missing or cannot be loaded."""
    MODEL_NOT_TRUSTED = "ModelNotTrusted"
    """Used when loading the model would run code and the recipe does not say trust: Pickle."""
    MODEL_NOT_SERVABLE = "ModelNotServable"
    """Used when a model needs a library that no server has, and does not convert to ONNX."""
    PREDICTIONS_INVALID = "PredictionsInvalid"
    """Used when a model did not answer every row with a usable value."""
    METRICS_INVALID = "MetricsInvalid"
    """Used when metrics.json of a container is not a flat object of finite numbers."""
    CODE_INVALID = "CodeInvalid"
    """Used when code.json of a container does not say a revision, or says a password, or when code/
    beside its model cannot travel with it."""
    BUNDLE_NOT_FOUND = "BundleNotFound"
    """Used when the store has no complete bundle under the digest."""
    BUNDLE_CORRUPT = "BundleCorrupt"
    """Used when a file of a bundle is not what its manifest says."""
    DIGEST_MISMATCH = "DigestMismatch"
    """Used when bytes from outside are not what the declared digest says."""
    SOURCE_NOT_FOUND = "SourceNotFound"
    """Used when nothing is where the source points."""
    SOURCE_FORBIDDEN = "SourceForbidden"
    """Used when the source refuses the credentials, or its address is not allowed."""
    SOURCE_INVALID = "SourceInvalid"
    """Used when the source is described in a way that cannot be followed."""
    SOURCE_CHANGED = "SourceChanged"
    """Used when a file of the source was replaced or removed while the source was read."""
    FORMAT_UNREADABLE = "FormatUnreadable"
    """Used when the bytes of a source are not of the format they should have."""
    COLUMN_MISSING = "ColumnMissing"
    """Used when a file lacks a column that the model needs."""
    RESULT_NOT_FOUND = "ResultNotFound"
    """Used when the store holds no result under the path asked for."""
    NOTHING_REFERS = "NothingRefers"
    """Used when a sweep is told of no living object: then all would go, which nobody means."""
    SWEPT_FOR_ANOTHER = "SweptForAnother"
    """Used when the same part of the store is swept for a namespace of another cluster, too."""
    STORE_DENIED = "StoreDenied"
    """Used when the artifact store refuses the credentials; they may come or change later."""
    STORE_MISSING = "StoreMissing"
    """Used when the bucket of the artifact store does not exist; it may be created later."""
    STORE_UNREACHABLE = "StoreUnreachable"
    """Used when the artifact store does not answer; trying again may help."""
    SOURCE_UNREACHABLE = "SourceUnreachable"
    """Used when the source does not answer or breaks off; trying again may help."""
    PARTICIPANTS_MISSING = "ParticipantsMissing"
    """Used when fewer participants of a run enrolled or answered than it needs; they may come."""
    UNEXPECTED = "Unexpected"
    """Used when this program or its machine failed; the traceback is in the log."""

    @property
    def exit_code(self) -> Exit:
        """The exit code that goes with the reason."""
        return _EXITS.get(self, Exit.USER_FAULT)


_EXITS = {
    Reason.TASK_UNREADABLE: Exit.TASK_UNREADABLE,
    Reason.VERB_UNKNOWN: Exit.TASK_UNREADABLE,
    Reason.DATASET_NOT_FOUND: Exit.DATASET_UNUSABLE,
    Reason.DATASET_CORRUPT: Exit.DATASET_UNUSABLE,
    Reason.ESTIMATOR_UNKNOWN: Exit.RECIPE_WRONG,
    Reason.PARAMETER_INVALID: Exit.RECIPE_WRONG,
    Reason.TRAINING_RAISED: Exit.USER_CODE_FAILED,
    Reason.MODEL_UNREADABLE: Exit.USER_CODE_FAILED,
    Reason.MODEL_NOT_TRUSTED: Exit.USER_CODE_FAILED,
    Reason.MODEL_NOT_SERVABLE: Exit.USER_CODE_FAILED,
    Reason.PREDICTIONS_INVALID: Exit.USER_CODE_FAILED,
    Reason.METRICS_INVALID: Exit.USER_CODE_FAILED,
    Reason.CODE_INVALID: Exit.USER_CODE_FAILED,
    Reason.BUNDLE_NOT_FOUND: Exit.DIGEST_MISMATCH,
    Reason.BUNDLE_CORRUPT: Exit.DIGEST_MISMATCH,
    Reason.DIGEST_MISMATCH: Exit.DIGEST_MISMATCH,
    Reason.SOURCE_INVALID: Exit.SOURCE_UNUSABLE,
    Reason.FORMAT_UNREADABLE: Exit.SOURCE_UNUSABLE,
    Reason.COLUMN_MISSING: Exit.SOURCE_UNUSABLE,
    Reason.SOURCE_NOT_FOUND: Exit.NOT_THERE_YET,
    Reason.SOURCE_FORBIDDEN: Exit.NOT_THERE_YET,
    Reason.SOURCE_CHANGED: Exit.NOT_THERE_YET,
    Reason.RESULT_NOT_FOUND: Exit.NOT_THERE_YET,
    Reason.STORE_DENIED: Exit.NOT_THERE_YET,
    Reason.STORE_MISSING: Exit.NOT_THERE_YET,
    Reason.STORE_UNREACHABLE: Exit.STORE_UNREACHABLE,
    Reason.PARTICIPANTS_MISSING: Exit.UNEXPECTED,
    Reason.UNEXPECTED: Exit.UNEXPECTED,
    Reason.SOURCE_UNREACHABLE: Exit.SOURCE_UNREACHABLE,
}


class Fault(Exception):
    """An end without a result; the text is a sentence for the user: what, why, what to do."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message

    @property
    def exit_code(self) -> Exit:
        """The exit code that goes with the reason."""
        return self.reason.exit_code


class UserFault(Fault):
    """The user can put it right: exit code 10 to 19, never retried; or 25, where what is missing
    or refused may come without a change to the object.
    """


class MachineFault(Fault):
    """The machine, the network or the store failed: exit code 20 or above, retried."""
