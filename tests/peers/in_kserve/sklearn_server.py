"""KServe's model server with models as its own sklearn server has them: one per joblib file.

Runs in KServe's environment: `python sklearn_server.py PORT FILE…`.
"""

import sys
from pathlib import Path
from typing import Any

import joblib
from kserve import Model, ModelServer
from kserve.errors import InferenceError
from kserve.utils.utils import get_predict_input, get_predict_response


class Sklearn(Model):
    """A model that answers V1 and V2 requests as KServe's helpers read and write them."""

    def __init__(self, file: Path) -> None:
        super().__init__(file.stem)
        self._estimator = joblib.load(file)
        self.ready = True

    def predict(self, payload: Any, headers: Any = None, **_: Any) -> Any:
        """Whatever goes wrong is an InferenceError, as in the sklearn server."""
        try:
            predicted = self._estimator.predict(get_predict_input(payload))
            return get_predict_response(payload, predicted, self.name)
        except Exception as fault:
            raise InferenceError(str(fault)) from fault


if __name__ == "__main__":
    server = ModelServer(
        http_port=int(sys.argv[1]), enable_grpc=False, workers=1, enable_docs_url=False
    )
    server.start([Sklearn(Path(file)) for file in sys.argv[2:]])
