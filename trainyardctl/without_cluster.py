"""The commands that ask no cluster; each waits only for the libraries that it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

USAGE = 2
"""Exit code where the words of the command were wrong, or the cluster refused them."""

without_cluster = typer.Typer()


@without_cluster.command()
def init(
    file: Annotated[Path, typer.Argument(help="A CSV with a header, or a model's file.")],
    target: Annotated[str, typer.Option(help="The column of the CSV to predict.")] = "",
    name: Annotated[str, typer.Option(help="Of the model; absent: that of the file.")] = "",
) -> None:
    """Write a first manifest; no cluster is asked.

    Of a CSV: data, a recipe with a gate, and what serves. Of a model (.onnx, .skops, .joblib, or a
    .zip of model.joblib and code/): its import, and what serves it.
    """
    from trainyardctl.first_manifest import NoManifest, first_manifest, model_name
    from trainyardctl.model_manifest import is_model, model_manifest

    named = name or model_name(file)
    try:
        text = (
            model_manifest(file, named) if is_model(file) else first_manifest(file, target, named)
        )
        typer.echo(text, nl=False)
    except NoManifest as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(USAGE) from fault


@without_cluster.command("try")
def try_here(
    files: Annotated[list[str], typer.Argument(help="Manifests with a Dataset, a TrainingJob.")],
    data: Annotated[Path, typer.Option(help="The file or folder to read instead of the source.")],
    keep: Annotated[Path | None, typer.Option(help="Leave store and model here.")] = None,
) -> None:
    """Train on this machine what the cluster would train; none is asked.

    Data and inputs have the same digests, the bundle where the libraries are the same. Exit code
    1 where a gate does not hold, 2 where it cannot be tried.
    """
    from trainyardctl.lint.manifests import Unreadable
    from trainyardctl.own_machine import Impossible
    from trainyardctl.trying import tried_lines

    try:
        accepted, lines = tried_lines(files, data, keep)
    except (Impossible, Unreadable) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(USAGE) from fault
    for line in lines:
        typer.echo(line)
    raise typer.Exit(0 if accepted else 1)


@without_cluster.command()
def lint(
    files: Annotated[list[str], typer.Argument(help="Files or folders of manifests; - is stdin.")],
    strict: Annotated[bool, typer.Option(help="Fail for what only the cluster may know.")] = False,
) -> None:
    """Check manifests without a cluster: fields, rules, and references from file to file.

    1 where something is wrong, 2 where a file cannot be read.
    """
    # Schemas and rules need libraries that no other command has to wait for.
    from trainyardctl.lint.linting import lint_paths
    from trainyardctl.lint.manifests import Unreadable

    try:
        found = lint_paths(files)
    except Unreadable as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(USAGE) from fault
    for line in found.lines:
        typer.echo(str(line), err=True)
    wrong = [line for line in found.lines if line.fault.is_certain or strict]
    typer.echo(f"{found.objects} objects in {found.files} files, {len(wrong)} faults")
    raise typer.Exit(1 if wrong else 0)
