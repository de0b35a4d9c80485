"""A statement ties the bundle to what it was made of, digest by digest.

That it is in-toto's says `tests/chart/test_release_files.py`, by their own library.
"""

from __future__ import annotations

from a_recorded_version import all_recorded, alone, with_code

from trainyardctl.provenance import provenance


def test_the_bundle_is_made_of_data_recipe_and_image() -> None:
    """And gates and approvals are what was said of it."""
    found = provenance(all_recorded())
    assert [{"name": "wine-bbbbbbbbbb", "digest": {"sha256": "b" * 64}}] == found["subject"]
    definition = found["predicate"]["buildDefinition"]
    made_of = {m["name"]: m.get("digest", m.get("uri")) for m in definition["resolvedDependencies"]}
    assert {
        "data": {"sha256": "d" * 64},
        "recipe": {"sha256": "c" * 64},
        "inputs": {"sha256": "e" * 64},
        "image": "trainyard/training:1",
        "code": "git+https://git.example.org/x@0f3c9a1",
    } == made_of
    (code,) = [m for m in definition["resolvedDependencies"] if m["name"] == "code"]
    assert {"revision": "0f3c9a1", "dirty": True} == code["annotations"]
    assert "ada" == definition["externalParameters"]["author"]
    details = found["predicate"]["runDetails"]
    assert "wine-1234567890" == details["metadata"]["invocationId"]
    assert ["gate good", "approval said"] == [b["name"] for b in details["byproducts"]]


def test_what_is_not_recorded_is_left_out() -> None:
    """Nothing is made up."""
    definition = provenance(alone())["predicate"]["buildDefinition"]
    assert ["data"] == [m["name"] for m in definition["resolvedDependencies"]]


def test_trust_is_a_parameter() -> None:
    """Where the recipe said it."""
    said = provenance(with_code())["predicate"]["buildDefinition"]["externalParameters"]
    assert "Pickle" == said["trust"]
    unsaid = provenance(all_recorded())["predicate"]["buildDefinition"]["externalParameters"]
    assert "trust" not in unsaid
