"""The last runs of a recipe side by side: what was tried, and what it reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trainyardctl.recipe_text import NamedRecipe, named_recipe, parameters_in
from trainyardctl.snapshot import Raw, at
from trainyardpage.loop import Related

MOST_RUNS = 6
MOST_ROWS = 20
"""Of parameters, and of metrics; of more the first by name are shown."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One property of every run, and which cells are not as in the run before."""

    word: str
    cells: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs as columns, newest first, and their properties as rows."""

    names: Sequence[str]
    facts: Sequence[RunRow]
    parameters: Sequence[RunRow]
    metrics: Sequence[RunRow]
    hidden: int


def runs_of(found: Related) -> Runs:
    """Return the runs that the TrainingJob's status keeps."""
    kept = at(found.job, "status.runs") or ()
    shown = kept[:MOST_RUNS]
    recipes = [named_recipe(str(run.get("recipe") or "")) for run in shown]
    return Runs(
        names=tuple(str(run.get("name", "")) for run in shown),
        facts=tuple(_facts(shown, recipes)),
        parameters=_rows([_parameters(run, r) for run, r in zip(shown, recipes, strict=True)]),
        metrics=_rows([run.get("metrics") or {} for run in shown]),
        hidden=len(kept) - len(shown),
    )


def _facts(runs: Sequence[Raw], recipes: Sequence[NamedRecipe]) -> Iterator[RunRow]:
    yield _row("ended as", [_end(run) for run in runs])
    yield _row("because", [str(at(run, "cause.kind") or "") for run in runs])
    yield _row("data", [str(run.get("datasetDigest") or "")[7:19] for run in runs])
    yield _row("recipe", [recipe.head for recipe in recipes])
    yield _row("version", [str(run.get("modelVersion") or "") for run in runs])


def _end(run: Raw) -> str:
    return f"{run.get('phase', '')} {run.get('reason') or ''}".strip()


def _parameters(run: Raw, recipe: NamedRecipe) -> Mapping[str, str]:
    """Return the recipe's, and those that a search found best."""
    best = str(at(run, "search.best.parameters") or "")
    return {**recipe.parameters, **parameters_in(best)}


def _rows(of_runs: Sequence[Mapping[str, object]]) -> Sequence[RunRow]:
    names = sorted({name for run in of_runs for name in run})[:MOST_ROWS]
    return tuple(_row(name, [str(run.get(name, "")) for run in of_runs]) for name in names)


def _row(word: str, values: Sequence[str]) -> RunRow:
    """Newest first, so the run before stands to the right."""
    before = [*values[1:], values[-1]] if values else []
    return RunRow(word, tuple((v, v != b) for v, b in zip(values, before, strict=True)))
