"""The reference page for people."""

from trainyard.api.v1alpha1.dataset import Dataset
from trainyard.crdgen.api_reference import api_reference
from trainyard.crdgen.kinds import KINDS

PAGE = api_reference([Dataset])


def test_a_required_field_is_bold_with_its_bounds() -> None:
    """The row shows path, type, bounds and meaning."""
    row = (
        "| **`spec.target`** | string, 1 to 128 characters |  "
        "| The column that models are to predict; more of them: columns with role Target. |"
    )
    assert row in PAGE


def test_a_default_is_shown() -> None:
    """What the API server stores for an absent field stands in its row."""
    assert "| `spec.split.testPercent` | integer, 1 to 90 | `20` |" in PAGE


def test_the_refusals_are_listed_with_their_place() -> None:
    """Each CEL rule's message is there to be searched for."""
    assert "- `spec.columns[]`: min must not be above max" in PAGE


def test_the_reasons_are_listed() -> None:
    """Each reason of a condition has its row."""
    assert "| `VersionFound` | a version that passed its checks is there |" in PAGE


def test_every_table_row_has_its_columns() -> None:
    """No text breaks out of its cell."""
    rows = [line for line in api_reference(KINDS).splitlines() if line.startswith("| ")]
    cells = {line.replace("\\|", "").count("|") for line in rows}
    assert cells <= {3, 5}
