"""YAML as people write it."""

from trainyard.crdgen.yaml_text import to_yaml


def test_shared_parts_are_written_out_and_order_is_kept() -> None:
    """No anchors, keys in the given order, list items below their key."""
    shared = {"z": 1, "a": ["x"]}
    expected = "one:\n  z: 1\n  a:\n    - x\ntwo:\n  z: 1\n  a:\n    - x\n"
    assert expected == to_yaml({"one": shared, "two": shared})


def test_text_that_another_parser_takes_for_a_number_is_quoted() -> None:
    """Decimal strings stay strings for the API server's YAML parser too."""
    assert to_yaml({"max": "1e3", "min": "1.5e0"}) == "max: '1e3'\nmin: '1.5e0'\n"
