"""The command line."""

from __future__ import annotations

import pytest

from benchmarks.serving.contenders import contenders
from benchmarks.serving.options import chosen, options_of

MODELS = ("linear", "forest")


def test_everything_is_measured_unless_asked_otherwise() -> None:
    """All models, several rounds; quick takes one."""
    whole, quick = options_of([], MODELS), options_of(["--quick"], MODELS)
    assert ["linear", "forest"] == whole.models == quick.models
    assert whole.seconds > quick.seconds
    assert (True, 1) == (whole.rounds > 1, quick.rounds)


def test_a_single_question_can_be_asked() -> None:
    """One model, one peer, points of one's own length."""
    options = options_of(["--quick", "--seconds", "3", "--models", "forest"], MODELS)
    assert (3.0, ["forest"]) == (options.seconds, options.models)
    assert ["Trainyard", "MLServer", "MLServer, tuned"] == [
        each.name for each in chosen(contenders(), "mlserver")
    ]


@pytest.mark.parametrize("wrong", [["--models", "frost"], ["--seconds", "0"], ["--rounds", "0"]])
def test_what_cannot_be_meant_ends_with_a_sentence(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and what there is."""
    with pytest.raises(SystemExit, match="2"):
        options_of(wrong, MODELS)
    assert "--" in capsys.readouterr().err


def test_a_name_that_nobody_has_is_refused() -> None:
    """With the names there are."""
    with pytest.raises(ValueError, match="MLServer"):
        chosen(contenders(), "nobody")
