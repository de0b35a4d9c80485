"""How far rounds are, and what the ServerApp said, as another process reads it.

Proves: training-image/trainer/federated/whole_files.py
"""

from __future__ import annotations

import json
from pathlib import Path

from trainer.federated.progress import (
    FOLDER,
    Progress,
    RoundsLog,
    party_mark,
    progress_of,
    progress_text,
    write_progress,
)

AT_ONCE = 64 << 10


def test_the_newest_round_is_told_whole(tmp_path: Path) -> None:
    """Nothing before the first is over; then the last one that is, and no file half written."""
    assert progress_text(tmp_path) == "{}"
    for number in (1, 2):
        write_progress({FOLDER: str(tmp_path)}, Progress(number, 3, 4, 4, loss=0.5))
    told = json.loads(progress_text(tmp_path))
    assert (2, 3, 0.5) == (told["round"], told["rounds"], told["loss"])
    assert ["progress.json"] == [path.name for path in tmp_path.iterdir()]


def test_the_door_tells_who_counted_and_no_names(tmp_path: Path) -> None:
    """Who knows the parties finds them by their marks; with 32 of them it is still told."""
    parties = [f"ward-{number}/patients" for number in range(32)]
    counted = dict.fromkeys(parties[:31], 999)
    write_progress({FOLDER: str(tmp_path)}, progress_of(1000, 1000, parties, counted, {*counted}))
    text = progress_text(tmp_path)
    told = json.loads(text)
    assert "ward" not in text
    assert told["counted"][party_mark(parties[3])] == 999
    assert told["counted"][party_mark(parties[31])] == 0
    assert party_mark(parties[31]) not in told["newest"]
    assert (31, 32) == (told["answered"], len(told["counted"]))


def test_lines_are_handed_on_once_and_whole(tmp_path: Path) -> None:
    """What has no end yet waits for it."""
    log, written = RoundsLog(tmp_path), tmp_path / "rounds.log"
    assert log.new_lines() == []
    written.write_text("one\ntw")
    assert log.new_lines() == ["one"]
    assert log.new_lines() == []
    written.write_text("one\ntwo\n")
    assert log.new_lines() == ["two"]
    assert log.last_lines() == "one · two"


def test_however_much_is_written_a_look_reads_so_much(tmp_path: Path) -> None:
    """Also where a party has it write without an end of line: it holds up nothing behind it."""
    log = RoundsLog(tmp_path)
    (tmp_path / "rounds.log").write_text("x" * (AT_ONCE + 5) + "\nlast\n")
    assert [AT_ONCE] == [len(line) for line in log.new_lines()]
    assert log.new_lines() == ["xxxxx", "last"]
