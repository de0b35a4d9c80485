"""KServe's model server with a model as its sklearn server has it."""

import sys

import joblib
from kserve import InferRequest, InferResponse, Model, ModelServer
from kserve.utils.utils import get_predict_input, get_predict_response


class Sklearn(Model):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.model = joblib.load("model.joblib")
        self.ready = True

    def predict(self, payload: InferRequest, headers=None, **_) -> InferResponse:
        labels = self.model.predict(get_predict_input(payload))
        return get_predict_response(payload, labels, self.name)


ModelServer(http_port=int(sys.argv[1]), enable_grpc=False, workers=1, enable_docs_url=False).start(
    [Sklearn("bench")]
)
