"""How does an explanation look on the wire? Tensors as in a V2 response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from modelbundle.signature import Signature
from modelserver.explanations.explaining import Explanation
from modelserver.explanations.questions import Question
from modelserver.payloads.answers import Answer, ModelIdentity, json_answer
from modelserver.payloads.v2_requests import InferRequest


class ExplanationAnswers:
    """Responses about one model."""

    def __init__(self, identity: ModelIdentity, signature: Signature) -> None:
        self._names = {"model_name": identity.name, "model_version": identity.revision}
        # The protocol has no lists for parameters: as in the metadata, the list is JSON.
        names = [feature.name for feature in signature.features]
        self._columns = {"columns": orjson.dumps(names).decode()}
        self._label_datatype = signature.label_datatype if signature.classes else ""

    def of(self, rows: Sequence[Explanation], question: Question, asked: InferRequest) -> Answer:
        """Per row: contributions with their standard errors, both ends, and the class meant."""
        outputs = [
            self._by_column("contributions", [row.contributions.tolist() for row in rows]),
            self._by_column("standard_errors", [row.errors.tolist() for row in rows]),
            _tensor("typical", "FP64", [row.typical for row in rows]),
            _tensor("explained", "FP64", [row.explained for row in rows]),
        ]
        if self._label_datatype:
            outputs.append(_tensor("class", self._label_datatype, [row.label for row in rows]))
        document: dict[str, Any] = dict(self._names)
        if asked.id is not None:
            document["id"] = asked.id
        document |= {"parameters": {"scale": question.scale.value}, "outputs": outputs}
        return json_answer(document)

    def _by_column(self, name: str, rows: list[list[float]]) -> dict[str, Any]:
        flat = [number for row in rows for number in row]
        shape = [len(rows), len(rows[0])]
        tensor = {"name": name, "datatype": "FP64", "shape": shape, "data": flat}
        return tensor | {"parameters": self._columns}


def _tensor(name: str, datatype: str, data: list[Any]) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": [len(data)], "data": data}
