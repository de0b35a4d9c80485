"""How do the bundle and the files of one part get into the volumes of its pod?

Here are the credentials of store and source; the model is not loaded here.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from trainer.batch.parts import ListedFile, files_of_run, part_of, share_of, stored_receipt
from trainer.batch.staged import StagedFile, write_receipt, write_staged
from trainer.pod.environment import Environment
from trainer.pod.exits import Exit, Reason, UserFault
from trainer.pod.result import Result
from trainer.pod.storing import fetch_bundle, open_environment_store
from trainer.sources.buckets import open_bucket
from trainer.sources.listing import files_of
from trainer.sources.source_file import SourceFile
from trainer.tasks.batch_task import BatchTask


def run(task: BatchTask, environment: Environment) -> Result:
    """The volumes hold the verified bundle and the part's files; or the receipt of a part that is
    in the store already.

    Raises UserFault: BundleNotFound, BundleCorrupt, those of the source, and DigestMismatch for a
    file that is not what the run began with.
    """
    part = part_of(task, environment.variables)
    store = open_environment_store(environment)
    environment.input.mkdir(parents=True, exist_ok=True)
    receipt = stored_receipt(store, task, part)
    if receipt is not None:
        write_receipt(environment.input, receipt)
        return Result({}, Exit.DONE)
    found = files_of(
        task.source, lambda: store, lambda bucket: open_bucket(bucket, environment.variables)
    )
    by_name = {file.name: file for file in found}
    staged = [
        _copied(listed, by_name.get(listed.name), environment.input / f"{number:05}")
        for number, listed in enumerate(
            share_of(files_of_run(store, task, found), part, task.parts)
        )
    ]
    write_staged(environment.input, staged)
    fetch_bundle(store, task.bundle, environment.output)
    return Result({}, Exit.DONE)


def _copied(listed: ListedFile, file: SourceFile | None, path: Path) -> StagedFile:
    if file is None:
        raise _changed(listed.name, "is gone")
    opened = file.open()
    size, hasher = 0, hashlib.sha256()
    with path.open("wb") as target:
        for chunk in opened.chunks:
            size += len(chunk)
            hasher.update(chunk)
            target.write(chunk)
    # Asked last: what changed while it was read is another file too.
    if opened.tag != listed.tag or file.tag() != listed.tag:
        raise _changed(listed.name, "has changed")
    return StagedFile(listed.name, path.name, size, hasher.hexdigest())


def _changed(name: str, how: str) -> UserFault:
    return UserFault(
        Reason.DIGEST_MISMATCH,
        f"file {name} {how} since this run listed the files of its source; request another run",
    )
