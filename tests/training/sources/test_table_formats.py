"""Tables that another program keeps a log of."""

from __future__ import annotations

import pytest

from trainer.pod.exits import Reason, UserFault
from trainer.sources.table_formats import refuse_table_formats


@pytest.mark.parametrize(
    ("log", "words"),
    [
        pytest.param("sales/_delta_log/00.json", "sales/ is a Delta table", id="Delta"),
        pytest.param("sales/metadata/v1.metadata.json", "sales/ is an Iceberg table", id="Iceberg"),
        pytest.param("sales/.hoodie/x.commit", "sales/ is a Hudi table", id="Hudi"),
        pytest.param("_delta_log/00.json", "the source is a Delta table", id="the source itself"),
    ],
)
def test_their_files_are_no_data_by_themselves(log: str, words: str) -> None:
    """Rows that were removed would come back."""
    with pytest.raises(UserFault, match=words) as raised:
        refuse_table_formats(["sales/part-0.parquet"], ["sales/part-0.parquet", log])
    assert Reason.FORMAT_UNREADABLE == raised.value.reason


def test_a_table_beside_the_chosen_files_does_not_matter() -> None:
    """Only what is read counts."""
    refuse_table_formats(["raw/a.csv"], ["raw/a.csv", "sales/_delta_log/00.json"])
