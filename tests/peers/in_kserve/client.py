"""KServe's own clients put questions to a server of ours; what they understood goes to stdout.

Runs in KServe's environment: `python client.py < tasks.json`. A task holds `http`, `grpc` (host
and port of each), `model`, and `rows` or, where there are several inputs, `columns`.
"""

import asyncio
import json
import sys
from typing import Any

import numpy as np
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import InferResponse, RequestedOutput

Task = dict[str, Any]


def matrix(task: Task, datatype: str = "FP64", *, binary: bool = True) -> InferInput:
    """The rows as the one input of the model."""
    rows = np.array(task["rows"], {"FP64": np.float64, "FP32": np.float32}[datatype])
    tensor = InferInput("input", list(rows.shape), datatype)
    tensor.set_data_from_numpy(rows, binary_data=binary)
    return tensor


def columns(task: Task) -> list[InferInput]:
    """One input per feature, as bytes."""
    tensors = []
    for name, (datatype, values) in task["columns"].items():
        kind = {"FP64": np.float64, "INT64": np.int64, "BOOL": np.bool_, "BYTES": np.object_}
        array = np.array(values, kind[datatype])
        tensor = InferInput(name, [len(values)], datatype)
        tensor.set_data_from_numpy(array)
        tensors.append(tensor)
    return tensors


def request(task: Task, inputs: list[InferInput], **more: Any) -> InferRequest:
    """With an id of its own."""
    return InferRequest(task["model"], inputs, request_id="request-7", **more)


def understood(response: InferResponse) -> dict[str, Any]:
    """What the client made of an answer, through its own as_numpy."""
    outputs = {}
    for output in response.outputs:
        values = output.as_numpy()
        plain = [v.decode() if isinstance(v, bytes) else v for v in values.ravel().tolist()]
        outputs[output.name] = [output.datatype, list(values.shape), plain]
    names = {"id": response.id, "model": response.model_name, "version": response.model_version}
    return {**names, "outputs": outputs}


def cases(task: Task) -> dict[str, InferRequest]:
    """The same question in every way in which the client can put it."""
    if "columns" in task:
        return {"one input per feature": request(task, columns(task))}
    numbers = RequestedOutput("probabilities", {"binary_data": True})
    labels = RequestedOutput("labels", {"binary_data": False})
    rows = np.array(task["rows"])
    plain = InferInput("input", list(rows.shape), "FP64", rows.ravel().tolist())
    everything = {"binary_data_output": True}
    return {
        "as the client does it by default": request(task, [matrix(task)]),
        "JSON": request(task, [matrix(task, binary=False)]),
        "a list as data": request(task, [plain]),
        "FP32": request(task, [matrix(task, "FP32")]),
        "bytes out": request(task, [matrix(task)], parameters=everything),
        "JSON in, bytes out": request(task, [matrix(task, binary=False)], parameters=everything),
        "outputs by name": request(task, [matrix(task)], request_outputs=[numbers, labels]),
    }


def mistake(task: Task) -> InferRequest:
    """A feature too few."""
    few = {**task, "rows": [row[:-1] for row in task["rows"]]}
    return request(task, [matrix(few)])


async def over_rest(task: Task) -> dict[str, Any]:
    """V2 by InferenceRESTClient."""
    client, base, model = client_of("v2"), f"http://{task['http']}", task["model"]
    found: dict[str, Any] = {
        "live": await client.is_server_live(base),
        "ready": await client.is_server_ready(base),
        "model ready": await client.is_model_ready(base, model),
        "another model ready": await client.is_model_ready(base, "nobody"),
    }
    for says, question in cases(task).items():
        found[says] = understood(await client.infer(base, question, model_name=model))
    if "columns" not in task:
        try:
            await client.infer(base, mistake(task), model_name=model)
        except Exception as fault:  # noqa: BLE001  (the test looks at what the client raised)
            found["mistake"] = [type(fault).__name__, str(fault)]
        singles = [{**task, "rows": [row]} for row in task["rows"]]
        asked = [request(single, [matrix(single)]) for single in singles]
        waiting = [client.infer(base, one, model_name=model) for one in asked]
        found["at once"] = [understood(answer) for answer in await asyncio.gather(*waiting)]
    await client.close()
    return found


async def over_v1(task: Task) -> dict[str, Any]:
    """V1 by InferenceRESTClient."""
    client, base, model = client_of("v1"), f"http://{task['http']}", task["model"]
    answer = await client.infer(base, {"instances": task["rows"]}, model_name=model)
    ready = await client.is_model_ready(base, model)
    await client.close()
    return {"instances": answer, "model ready": ready}


async def over_grpc(task: Task) -> dict[str, Any]:
    """V2 by InferenceGRPCClient."""
    async with InferenceGRPCClient(task["grpc"]) as client:
        found: dict[str, Any] = {
            "live": await client.is_server_live(),
            "ready": await client.is_server_ready(),
            "model ready": await client.is_model_ready(task["model"]),
        }
        for says, question in cases(task).items():
            found[says] = understood(await client.infer(question))
        if "columns" not in task:
            try:
                await client.infer(mistake(task))
            except Exception as fault:  # noqa: BLE001
                found["mistake"] = [str(fault.code()), fault.details()]  # type: ignore[attr-defined]
    return found


def client_of(protocol: str) -> InferenceRESTClient:
    """A client of one of the two protocols."""
    return InferenceRESTClient(RESTConfig(protocol=protocol, retries=0))


async def over_all(task: Task) -> dict[str, Any]:
    """By each transport that the task has."""
    found = {"rest": await over_rest(task)}
    if "columns" not in task:
        found["v1"] = await over_v1(task)
    found["grpc"] = await over_grpc(task)
    return found


async def main() -> None:
    """One task after the other."""
    tasks = json.load(sys.stdin)
    json.dump([await over_all(task) for task in tasks], sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
