"""Who is compared, and how is each set up?"""

from __future__ import annotations

from benchmarks.serving.answers import v2_binary_said, v2_said
from benchmarks.serving.bodies import v2_binary_request, v2_pandas_request, v2_request
from benchmarks.serving.commands import mlserver, ours, script
from benchmarks.serving.contender import OURS, Contender
from benchmarks.serving.environments import Requirements

_PANDAS = "pandas==3.1.1"
_MLSERVER = Requirements(
    "mlserver", ("mlserver==1.7.1", "mlserver-sklearn==1.7.1", "uvloop<0.22", _PANDAS)
)
_KSERVE = Requirements("kserve", ("kserve==0.21.0",))
_FASTAPI = Requirements("fastapi", ("fastapi==0.165.0", "uvicorn[standard]==0.54.0", _PANDAS))
# Its Python backend was built for numpy 1; its clients and proxies, left out, are not used.
_TRITON = Requirements(
    "triton",
    ("pandas==2.3.3",),
    ("nvidia-pytriton==0.7.0",),
    ("scikit-learn==1.9.1", "numpy==1.26.4", "joblib==1.6.0"),
)


def contenders() -> tuple[Contender, ...]:
    """Ours first, then peers."""
    return (*_ours(), *_mlservers(), _kserve(), _fastapi(), _triton())


def _ours() -> tuple[Contender, ...]:
    return (
        Contender(
            OURS,
            "As the image starts it; nothing is set but names, address and port. V2 JSON.",
            ours,
            v2_request,
            v2_said,
        ),
        Contender(
            f"{OURS}, binary tensors",
            "The same, asked and answering with binary tensors.",
            ours,
            v2_binary_request,
            v2_binary_said,
        ),
    )


def _mlservers() -> tuple[Contender, ...]:
    tuned = {"parallel_workers": 0, "max_batch_size": 64, "max_batch_time": 0.002}
    return (
        Contender(
            "MLServer",
            "1.7.1 as it comes (one inference worker), with uvloop below 0.22, without which it"
            " does not start. V2 JSON; columns with the pandas codec.",
            mlserver("mlserver-default", _MLSERVER, {}),
            v2_pandas_request,
            v2_said,
        ),
        Contender(
            "MLServer, tuned",
            "No worker process (parallel_workers 0) and adaptive batching: 64 requests, 2 ms.",
            mlserver("mlserver-tuned", _MLSERVER, tuned),
            v2_pandas_request,
            v2_said,
        ),
    )


def _kserve() -> Contender:
    return Contender(
        "KServe",
        "0.21.0, a Model that loads and predicts as its sklearn server does; one worker, no gRPC."
        " V2 JSON; columns with content type pd.",
        script("kserve", _KSERVE, "python", "kserve_model.py", "{port}"),
        v2_pandas_request,
        v2_said,
    )


def _fastapi() -> Contender:
    return Contender(
        "FastAPI, naive",
        "0.165.0 on uvicorn with uvloop and httptools, pydantic, model.predict in the handler."
        " V2 JSON. Stands beside the peers, no bar is about it.",
        script("fastapi", _FASTAPI, "python", "naive_fastapi.py", "{port}"),
        v2_request,
        v2_said,
        "/ready",
        in_bars=False,
    )


def _triton() -> Contender:
    return Contender(
        "Triton, Python backend",
        "The server binary of PyTriton 0.7.0 with its Python backend, dynamic batching up to 64,"
        " one instance, no metrics; numpy 1, for which that backend was built. V2 JSON. Stands"
        " beside the peers, no bar is about it.",
        script("triton", _TRITON, "python", "triton_start.py", "{port}"),
        v2_request,
        v2_said,
        in_bars=False,
    )
