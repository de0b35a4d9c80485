"""Which pages for people and tools lie beside what a refresh found?

Beside a version, outside its digest: report.md with profile.svg, and croissant.json. Beside the
result of refused data: report.md.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from modelbundle.store import Store
from trainer.checks.data_report import PICTURE, REPORT, refusal_report, version_report
from trainer.checks.profile_picture import profile_picture
from trainer.datasets.croissant import CROISSANT, croissant
from trainer.datasets.dataset_manifest import dataset_folder
from trainer.datasets.versions import Published
from trainer.pod.storing import store_faults

Document = dict[str, Any]


def with_version_pages(
    store: Store, name: str, published: Published, result: Document, seen: tuple[bytes, pa.Table]
) -> Document:
    """The result, which now says where the page of its version lies; one that is there stays.

    `seen`: profile.json and a sample of the rows.
    """
    profile, sample = seen
    folder = dataset_folder(published.digest)
    described = json.dumps(croissant(name, published.manifest), indent=2, ensure_ascii=False)
    with store_faults():
        store.write_once(f"{folder}/{CROISSANT}", described.encode())
        store.write_once(f"{folder}/{PICTURE}", profile_picture(sample).encode())
        store.write_once(f"{folder}/{REPORT}", version_report(name, result, profile).encode())
    return {**result, "report": f"{folder}/{REPORT}"}


def with_refusal_page(store: Store, name: str, result: Document, path: str | None) -> Document:
    """The result, which now says where the page of its refusal lies: beside `path`, where the
    result itself goes.
    """
    if path is None or result["outcome"] != "Refused":
        return result
    place = str(PurePosixPath(path).parent / REPORT)
    with store_faults():
        store.write(place, refusal_report(name, result).encode())
    return {**result, "report": place}
