"""`python -m benchmarks.serving [--quick] [--json FILE]`: ours and the peers on one core."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

for _folder in ("serving-image", "tests"):
    sys.path.insert(0, str(Path(__file__).parents[2] / _folder))

from benchmarks.serving.contenders import contenders  # noqa: E402
from benchmarks.serving.machine import this_machine  # noqa: E402
from benchmarks.serving.measuring import Plan  # noqa: E402
from benchmarks.serving.models import models  # noqa: E402
from benchmarks.serving.options import chosen, options_of  # noqa: E402
from benchmarks.serving.picture import drawn  # noqa: E402
from benchmarks.serving.report import Report, report_of, shown  # noqa: E402
from benchmarks.serving.rounds import Found, Rounds, run  # noqa: E402

_SERVER_CORE, _LOAD_CORE = 0, 1


def main() -> int:
    """Does what was asked for; 1 when a contender could not be measured, 2 when nothing could."""
    known = models()
    options = options_of(sys.argv[1:], tuple(known))
    try:
        asked = chosen(contenders(), options.only)
    except ValueError as fault:
        print(fault)
        return 2
    if options.explain:
        print("\n".join(f"- {each.name}: {each.tuning}" for each in asked))
        return 0
    failures: list[str] = []
    if options.source is not None:
        report = report_of(options.source.read_text())
    else:
        if len(os.sched_getaffinity(0)) < 2 or shutil.which("taskset") is None:
            print("two cores and taskset are needed: one for the server, one for the load")
            return 2
        plan = Plan(options.seconds, _SERVER_CORE)
        of = {name: known[name] for name in options.models}
        report, failures = _measured(
            Rounds(plan, options.rounds, asked, of, _LOAD_CORE), options.json
        )
    print(shown(report, {name: model.title for name, model in known.items()}, contenders()))
    if options.picture is not None:
        options.picture.parent.mkdir(parents=True, exist_ok=True)
        options.picture.write_text(drawn(report.found))
    for failure in failures:
        print(f"NOT MEASURED: {failure}")
    return int(bool(failures))


def _measured(rounds: Rounds, file: Path | None) -> tuple[Report, list[str]]:
    """What a run finds; the file holds every figure so far, should it be cut short."""
    machine = this_machine()
    print("\n".join(machine.sentences()), flush=True)

    def changed(found: Found) -> None:
        if file is not None:
            file.write_text(Report(machine, rounds.plan.seconds, rounds.count, found).text())

    found, failures = run(rounds, changed)
    return Report(machine, rounds.plan.seconds, rounds.count, found), failures


if __name__ == "__main__":
    sys.exit(main())
