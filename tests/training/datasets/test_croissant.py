"""The description of a version in Croissant, MLCommons' format."""

from __future__ import annotations

from typing import Any

from ingests import Rig, csv_of, plain_rows

from trainer.datasets.croissant import croissant
from trainer.datasets.dataset_manifest import DatasetFile, DatasetManifest, dataset_folder

COLUMNS = [
    {"name": "a", "type": "Float", "role": "Ignore"},
    {"name": "n", "type": "Integer"},
    {"name": "site", "type": "Category"},
    {"name": "y", "type": "Category"},
]


def _manifest(rig: Rig) -> DatasetManifest:
    rig.put("data.csv", csv_of(plain_rows(60)))
    return rig.manifest(rig.ingest(columns=COLUMNS)["digest"])


def test_files_are_there_and_columns_are_fields(rig: Rig) -> None:
    """Addresses are relative to the folder of the version; what is not stored is not described."""
    manifest = _manifest(rig)
    found = croissant("tumours", manifest)
    folder = dataset_folder(manifest.digest)
    for file in found["distribution"]:
        assert rig.store.exists(f"{folder}/{file['contentUrl']}")
    fields: list[dict[str, Any]] = found["recordSet"][0]["field"]
    assert [("n", "sc:Integer"), ("site", "sc:Text"), ("y", "sc:Text")] == [
        (field["name"], field["dataType"]) for field in fields
    ]
    assert {"@id": "train/part-00000.parquet"} == fields[0]["source"]["fileObject"]


def test_several_files_of_a_part_are_a_set(rig: Rig) -> None:
    """From which the fields are read."""
    manifest = _manifest(rig)
    (first,) = manifest.parts("train")
    second = DatasetFile("train/part-00001.parquet", first.size, first.sha256, 1)
    several = DatasetManifest(
        **{
            name: getattr(manifest, name)
            for name in DatasetManifest.__dataclass_fields__
            if name != "files"
        },
        files=(*manifest.files, second),
    )
    found = croissant("tumours", several)
    (files,) = [part for part in found["distribution"] if part["@type"] == "cr:FileSet"]
    assert "train/*.parquet" == files["includes"]
    field = found["recordSet"][0]["field"][0]
    assert {"fileSet": {"@id": files["@id"]}, "extract": {"column": "n"}} == field["source"]
