"""`python -m trainer <verb>`: one container of one of the operator's Jobs."""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

from trainer.pod.environment import Environment, read_environment
from trainer.pod.exits import Exit, Fault, Reason, UserFault
from trainer.pod.result import TERMINATION_BYTES, Result, failed, write_termination_message
from trainer.pod.stopping import end_when_told
from trainer.pod.storing import open_environment_store, record
from trainer.tasks.batch_task import BatchTask
from trainer.tasks.federation import ParticipateTask
from trainer.tasks.ingest_task import IngestTask
from trainer.tasks.join_task import JoinTask
from trainer.tasks.rehearse_task import RehearseTask
from trainer.tasks.retention_task import EraseTask, SweepTask
from trainer.tasks.task import (
    read_batch_task,
    read_erase_task,
    read_ingest_task,
    read_join_task,
    read_participate_task,
    read_rehearse_task,
    read_sweep_task,
    read_train_task,
)
from trainer.tasks.train_task import TrainTask

Task = (
    BatchTask
    | IngestTask
    | JoinTask
    | ParticipateTask
    | RehearseTask
    | TrainTask
    | SweepTask
    | EraseTask
)


@dataclass(frozen=True, slots=True)
class Verb:
    """One row of the verb table: the module's `run(task, environment)` does the work.

    `recorded`: its result is written to TRAINYARD_RESULT in the store, once. `message_bytes`: how
    long its termination message may be; more where its container is alone in the pod.
    """

    module: str
    read_task: Callable[[str], Task] | None
    recorded: bool = False
    message_bytes: int = TERMINATION_BYTES


VERBS: Mapping[str, Verb] = {
    "ingest": Verb("trainer.ingest", read_ingest_task, recorded=True, message_bytes=4096),
    "fetch": Verb("trainer.fetch", read_train_task),
    "train": Verb("trainer.train", read_train_task),
    "certify": Verb("trainer.certify", read_train_task, message_bytes=4096),
    "coordinate": Verb("trainer.coordinate", read_train_task),
    "enrol": Verb("trainer.enrol", read_participate_task, message_bytes=4096),
    "participate": Verb("trainer.participate", read_participate_task),
    "trial": Verb("trainer.trial", read_train_task, message_bytes=4096),
    "work": Verb("trainer.work", None),
    "predict": Verb("trainer.predict", read_train_task),
    "publish": Verb("trainer.publish", read_train_task, recorded=True),
    "rehearse": Verb("trainer.rehearse", read_rehearse_task, message_bytes=4096),
    "join": Verb("trainer.join", read_join_task, recorded=True, message_bytes=4096),
    "stage-in": Verb("trainer.stage_in", read_batch_task),
    "score": Verb("trainer.score", read_batch_task),
    "stage-out": Verb("trainer.stage_out", read_batch_task),
    "collect": Verb("trainer.collect", None),
    "sweep": Verb("trainer.sweep", read_sweep_task, message_bytes=4096),
    "erase": Verb("trainer.erase", read_erase_task, message_bytes=4096),
    "report": Verb("trainer.report", None, message_bytes=4096),
}


ENDED_AT_ONCE = frozenset({"fetch", "train", "work", "trial", "predict"})
"""Verbs that store nothing: told to end they do, so that their place is free for others."""


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """The exit code of the verb; its result is in the termination message and, for verbs that
    publish, in the store.
    """
    environment = read_environment(variables)
    name = arguments[0] if arguments else ""
    result = _settled(name, environment)
    if result.document:
        text = json.dumps(result.document, ensure_ascii=False)
        sys.stdout.write(text + "\n")
        verb = VERBS.get(name)
        limit = verb.message_bytes if verb else TERMINATION_BYTES
        write_termination_message(result.document, environment.termination_log, limit)
    sys.stdout.flush()
    return int(result.exit_code)


def _settled(name: str, environment: Environment) -> Result:
    """The outcome, recorded where the verb is: what the store held before is then the outcome."""
    result = _outcome(name, environment)
    verb = VERBS.get(name)
    final = result.exit_code < Exit.STORE_UNREACHABLE
    if not (verb and verb.recorded and environment.result and final):
        return result
    try:
        store = open_environment_store(environment)
        document = record(store, environment.result, result.document)
    except Fault as fault:
        return failed(_shown_verb(name), fault)
    if document.get("outcome") != "Failed":
        return Result(document)
    return Result(document, result.exit_code or Exit.USER_FAULT)


def _outcome(name: str, environment: Environment) -> Result:
    """What the verb found, every fault turned into a Failed document."""
    try:
        return _run(name, environment)
    except Fault as fault:
        return failed(_shown_verb(name), fault)
    except Exception as error:  # noqa: BLE001 the last line before the pod's end; nothing is silent
        traceback.print_exc()
        message = f"{type(error).__name__}: {error}; the container's log has the traceback"
        return failed(_shown_verb(name), Fault(Reason.UNEXPECTED, message))


def _run(name: str, environment: Environment) -> Result:
    verb = VERBS.get(name)
    if verb is None:
        raise UserFault(
            Reason.VERB_UNKNOWN, f"unknown verb {name!r}: expected one of {', '.join(VERBS)}"
        )
    # Imported late: pyarrow, scikit-learn and onnx are each needed by some verbs only.
    module = import_module(verb.module)
    given = () if verb.read_task is None else (verb.read_task(_task_text(environment)),)
    result: Result = module.run(*given, environment)
    return result


def _task_text(environment: Environment) -> str:
    text = environment.variables.get("TRAINYARD_TASK")
    if not text:
        raise UserFault(Reason.TASK_UNREADABLE, "TRAINYARD_TASK is not set for this container")
    return text


def _shown_verb(name: str) -> str:
    """Documents of the training pod all say `train`, whichever container wrote them."""
    return "train" if name in {"fetch", "certify", "coordinate", "predict", "publish"} else name


if __name__ == "__main__":
    if sys.argv[1:2] == ["ingest"]:
        # Looking for garbage among what is being loaded costs a twentieth of the start.
        gc.disable()
        import_module("trainer.pod.arrow_alone").use_arrow_alone()
        import_module(VERBS["ingest"].module)
        # What is loaded stays: nobody looks through it any more, not even at the end.
        gc.freeze()
        gc.set_threshold(100_000)
        gc.enable()
    if set(sys.argv[1:2]) & ENDED_AT_ONCE:
        end_when_told()
    sys.exit(main(sys.argv[1:], os.environ))
