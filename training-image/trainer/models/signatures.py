"""How does what `predict` found out about a model reach `publish`? `model.json`, read strictly.

Users' code has run where the file was written, so nothing in it is believed without a check.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError
from pydantic.alias_generators import to_camel

from modelbundle.manifest import tensor_document
from modelbundle.signature import Feature, Kind, Signature, Task
from trainer.pod.exits import Reason, UserFault
from trainer.pod.plain_files import read_plain_file

MODEL_NAME = "model.json"
_MAX_BYTES = 4 << 20


class _Document(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class _Tensor(_Document):
    name: StrictStr
    datatype: StrictStr
    shape: tuple[StrictInt, ...]


class _Feature(_Document):
    name: Annotated[StrictStr, Field(min_length=1)]
    kind: Kind
    accepts_missing: StrictBool
    categories: tuple[StrictStr, ...] | None


class _Model(_Document):
    task: Task
    classes: tuple[StrictBool | StrictInt | StrictStr, ...]
    features: Annotated[tuple[_Feature, ...], Field(min_length=1)]
    probabilities: StrictBool
    inputs: tuple[_Tensor, ...]
    outputs: tuple[_Tensor, ...]
    targets: tuple[StrictStr, ...] = ()
    class_counts: tuple[Annotated[StrictInt, Field(ge=1)], ...] = ()


def write_signature(signature: Signature, path: Path) -> None:
    """The file says all of the signature, and the tensors that follow from it."""
    model = _Model.model_validate(
        {
            "task": signature.task,
            "classes": signature.classes,
            "features": [_feature_document(feature) for feature in signature.features],
            "probabilities": signature.probabilities,
            "targets": signature.targets,
            "class_counts": signature.class_counts,
            "inputs": [tensor_document(tensor) for tensor in signature.inputs],
            "outputs": [tensor_document(tensor) for tensor in signature.outputs],
        }
    )
    content = model.model_dump_json(by_alias=True, indent=1)
    path.write_text(content, encoding="utf-8")


def read_signature(path: Path) -> Signature:
    """The signature in the file.

    Raises UserFault(ModelUnreadable) when it is not what `write_signature` writes.
    """
    content = read_plain_file(path, _MAX_BYTES)
    try:
        model = _Model.model_validate_json(content)
        features = tuple(
            Feature(item.name, item.kind, item.accepts_missing, item.categories)
            for item in model.features
        )
        signature = Signature(
            model.task,
            model.classes,
            features,
            model.probabilities,
            model.targets,
            model.class_counts,
        )
        if signature.task is Task.CLASSIFICATION:
            # Both raise ValueError: for classes of several types, or that are not the targets'.
            signature.outputs, signature.classes_by_target  # noqa: B018
    except (ValidationError, ValueError) as error:
        raise UserFault(
            Reason.MODEL_UNREADABLE, f"predict left a {path.name} that nobody can use: {error}"
        ) from error
    return signature


def _feature_document(feature: Feature) -> dict[str, object]:
    return {
        "name": feature.name,
        "kind": feature.kind,
        "accepts_missing": feature.accepts_missing,
        "categories": feature.categories,
    }
