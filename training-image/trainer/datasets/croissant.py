"""What does another tool read of a version? Its description in Croissant, MLCommons' format."""

from __future__ import annotations

import re
from typing import Any, Literal

from trainer.datasets.dataset_manifest import DatasetManifest
from trainer.tasks.ingest_task import ColumnType, Role

CROISSANT = "croissant.json"
_TYPES = {
    ColumnType.FLOAT: "sc:Float",
    ColumnType.INTEGER: "sc:Integer",
    ColumnType.BOOLEAN: "sc:Boolean",
    ColumnType.CATEGORY: "sc:Text",
    ColumnType.STRING: "sc:Text",
    ColumnType.TIMESTAMP: "sc:Date",
}
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(name: str, manifest: DatasetManifest) -> dict[str, Any]:
    """The version as Croissant 1.0 describes it; addresses are relative to its own folder."""
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "identifier": manifest.digest,
        "description": (
            f"Version {manifest.digest} of the Dataset {name}: {manifest.rows} rows,"
            f" {manifest.train_rows} to train on and {manifest.test_rows} to test on; models"
            f" predict {manifest.target}."
        ),
        "url": manifest.digest,
        "distribution": [*_files(manifest)],
        "recordSet": [_records(manifest, part) for part in ("train", "test")],
    }


def _files(manifest: DatasetManifest) -> list[dict[str, Any]]:
    objects = [
        {
            "@type": "cr:FileObject",
            "@id": file.path,
            "name": file.path,
            "contentUrl": file.path,
            "contentSize": f"{file.size} B",
            "encodingFormat": "application/x-parquet",
            "sha256": file.sha256,
        }
        for file in (*manifest.parts("train"), *manifest.parts("test"))
    ]
    # Held by nothing: readers then look for them beside the description.
    sets = [
        {
            "@type": "cr:FileSet",
            "@id": f"{part}-files",
            "name": f"{part}-files",
            "encodingFormat": "application/x-parquet",
            "includes": f"{part}/*.parquet",
        }
        for part in ("train", "test")
        if len(manifest.parts(part)) > 1
    ]
    return [*objects, *sets]


def _records(manifest: DatasetManifest, part: Literal["train", "test"]) -> dict[str, Any]:
    parts = manifest.parts(part)
    source = (
        {"fileObject": {"@id": parts[0].path}}
        if len(parts) == 1
        else {"fileSet": {"@id": f"{part}-files"}}
    )
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{part}/{_plain(column.name)}",
            "name": column.name,
            "description": f"{column.role} of type {column.type}",
            "dataType": _TYPES[column.type],
            "source": {**source, "extract": {"column": column.name}},
        }
        for column in manifest.columns
        if column.role is not Role.IGNORE
    ]
    return {"@type": "cr:RecordSet", "@id": part, "name": part, "field": fields}


def _plain(name: str) -> str:
    """The name without blanks and marks, which readers refuse in an id: `m/s` becomes `m~2fs`."""
    return re.sub(r"[^\w.-]", lambda mark: f"~{ord(mark[0]):x}", name)
