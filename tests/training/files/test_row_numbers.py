"""How rows are called."""

from __future__ import annotations

from trainer.files.row_numbers import FileRows, RowNumbers


def test_rows_of_one_file_are_numbers() -> None:
    """Row 1 is the first data row."""
    numbers = RowNumbers((FileRows("a.csv", 0),))
    assert ["row 1", "row 17"] == [numbers.label(1), numbers.label(17)]
    assert "row 3" == RowNumbers(()).label(3)


def test_rows_of_several_files_name_their_file() -> None:
    """Counted anew in each."""
    numbers = RowNumbers((FileRows("a.csv", 0), FileRows("b.csv", 10)))
    assert ["a.csv row 10", "b.csv row 1"] == [numbers.label(10), numbers.label(11)]


def test_rows_that_could_not_be_read_are_counted() -> None:
    """The number is that of the row in the file, where the user will look for it."""
    numbers = RowNumbers((FileRows("a.csv", 0, (1, 3, 4)),))
    assert ["row 2", "row 5", "row 6"] == [numbers.label(row) for row in (1, 2, 3)]
