"""YAML as people write it."""

from trainyard.crdgen.yaml_text import to_yaml


def test_shared_parts_are_written_out_and_order_is_kept() -> None:
    """No anchors, keys in the given order, list items below their key."""
    shared = {"z": 1, "a": ["x"]}
    expected = "one:\n  z: 1\n  a:\n    - x\ntwo:\n  z: 1\n  a:\n    - x\n"
    assert expected == to_yaml({"one": shared, "two": shared})
