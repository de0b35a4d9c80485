"""`trainyard` and `kubectl trainyard`: every command, its words and its exit code."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from trainyard.requests import Verb
from trainyardctl.affected_by import affected_by
from trainyardctl.approving import Word, approval
from trainyardctl.asking import EFFECTS
from trainyardctl.card_forms import CardFormat, card_in, write_card
from trainyardctl.connection import Connection, Place
from trainyardctl.data_versions import data_difference, two_versions
from trainyardctl.hand_over import Receiver, handed_over
from trainyardctl.history import history_of
from trainyardctl.names import ObjectName
from trainyardctl.outcome import Outcome, stand_of
from trainyardctl.recorded import recorded
from trainyardctl.requesting import Asked, ask
from trainyardctl.running import COMMAND, existing, named, run
from trainyardctl.runs import difference, two_runs
from trainyardctl.snapshot import Raw
from trainyardctl.tree import tree_of
from trainyardctl.waiting import Patience, redraw, wait_for_end
from trainyardctl.why import reasons_of
from trainyardctl.why_answer import answer_told, manifest_in
from trainyardctl.without_cluster import without_cluster

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Data, runs, versions and releases of Trainyard: see them, and say how they go on.",
)
data_app = typer.Typer(no_args_is_help=True, help="The versions of a Dataset.")
app.add_typer(without_cluster)
app.add_typer(data_app, name="data")
runs_app = typer.Typer(no_args_is_help=True, help="The runs of a TrainingJob.")
app.add_typer(runs_app, name="runs")


@app.callback()
def _place(
    namespace: Annotated[str, typer.Option("--namespace", "-n", help="Where to look.")] = "",
    context: Annotated[str, typer.Option(help="A context of the kubeconfig.")] = "",
    kubeconfig: Annotated[str, typer.Option(help="Absent: KUBECONFIG, ~/.kube/config.")] = "",
) -> None:
    COMMAND.place = Place(kubeconfig, context, namespace)


@app.command()
def get(
    name: Annotated[str, typer.Argument(help="<kind>/<name>; absent: everything.")] = "",
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Draw again on changes.")] = False,
) -> None:
    """Show data, what trains on it, what came of it and what serves, as a tree."""
    only = named(name) if name else None

    async def shown(there: Connection) -> None:
        if watch:
            await redraw(there, Console(), lambda snapshot: tree_of(snapshot, only))
        else:
            Console().print(tree_of(await there.snapshot(), only))

    run(shown)


@app.command()
def status(
    name: Annotated[str, typer.Argument(help="<kind>/<name>, or a ModelDeployment's name.")],
    wait: Annotated[bool, typer.Option(help="Until it is not under way any more.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait.")] = 3600,
) -> None:
    """Say how one object stands, by the exit code too.

    0 settled, 3 under way, 4 waits for a person, 5 failed, 6 not found, 2 wrong words or no
    access.
    """
    wanted = named(name)

    async def found(there: Connection) -> Outcome:
        patience = Patience(timeout if wait else 0)
        stand = stand_of(await wait_for_end(there, wanted, patience))
        word = stand.outcome.name.lower().replace("_", " ")
        typer.echo(f"{wanted}: {word}: {stand.why}".removesuffix(": "))
        return stand.outcome

    raise typer.Exit(run(found).value)


@app.command()
def history(name: Annotated[str, typer.Argument(help="<kind>/<name>.")]) -> None:
    """Show the decisions that were taken about an object, oldest first."""
    run(lambda there: _printed(there, named(name), history_of))


@app.command()
def why(
    name: Annotated[str, typer.Argument(help="<kind>/<name>; absent: an answer is meant.")] = "",
    headers: Annotated[str, typer.Option(help="Headers of an answer; - is stdin.")] = "",
    request: Annotated[str, typer.Option(help="The id of a request that was captured.")] = "",
    store: Annotated[
        str,
        typer.Option(envvar="TRAINYARD_STORE_URL", help="The namespace's part of the store."),
    ] = "",
) -> None:
    """Explain an object: conditions, evidence, the way back to its data, what you can do.

    Or an answer, by its headers (as `curl -D FILE` writes them) or by its request's id: revision,
    release, approvals, version, recipe and data; each link is checked. 5 where one is wrong.
    """
    if sum(map(bool, (name, headers, request))) != 1:
        raise typer.BadParameter("expected one of <kind>/<name>, --headers and --request")
    if name:
        _why_object(named(name))
    elif not run(lambda there: answer_told(there, headers, request, store)):
        raise typer.Exit(Outcome.FAILED.value)


def _why_object(wanted: ObjectName) -> None:
    async def explained(there: Connection) -> None:
        snapshot = await there.snapshot()
        for line in reasons_of(snapshot, wanted, existing(snapshot.find(wanted), wanted)):
            typer.echo(line)

    run(explained)


@runs_app.command("diff")
def runs_diff(
    name: Annotated[str, typer.Argument(help="A TrainingJob.")],
    runs: Annotated[list[str] | None, typer.Argument(help="Two runs; absent: the last.")] = None,
) -> None:
    """Show what is different between two runs."""
    wanted = named(name if "/" in name else f"tj/{name}")
    run(lambda there: _printed(there, wanted, lambda raw: difference(*two_runs(raw, runs or ()))))


@data_app.command("diff")
def data_diff(
    name: Annotated[str, typer.Argument(help="A Dataset.")],
    versions: Annotated[
        list[str] | None, typer.Argument(help="Two versions; absent: the last.")
    ] = None,
) -> None:
    """Show what is different between two versions of the data."""
    wanted = named(name if "/" in name else f"dset/{name}")

    def drawn(raw: Raw) -> Any:
        return data_difference(raw, *two_versions(raw, versions or ()))

    run(lambda there: _printed(there, wanted, drawn))


@data_app.command("affected")
def data_affected(
    column: Annotated[str, typer.Option(help="Which column says whose a row is.")],
    value: Annotated[list[str], typer.Option(help="Whose rows are meant; repeatable.")],
    store: Annotated[
        str,
        typer.Option(envvar="TRAINYARD_STORE_URL", help="The namespace's part of the store."),
    ],
) -> None:
    """Show which versions of the data hold rows of somebody, which models learned from them, and
    where these serve.
    """
    for line in run(lambda there: affected_by(there, store, column, value)):
        typer.echo(line)


@app.command()
def card(
    name: Annotated[str, typer.Argument(help="A ModelVersion.")],
    form: Annotated[CardFormat, typer.Option("--format", help="In which form.")] = (
        CardFormat.MARKDOWN
    ),
    into: Annotated[
        Path | None, typer.Option(help="A folder for the card, as README.md, and its pictures.")
    ] = None,
) -> None:
    """Write what is recorded of a version: a model card, a bill of materials, or
    where it comes from.
    """
    wanted = named(name if "/" in name else f"mv/{name}")

    async def written(there: Connection) -> str:
        snapshot = await there.snapshot()
        version = existing(snapshot.find(wanted), wanted)
        found = recorded(snapshot, version, await there.approvals())
        if into is not None:
            return "\n".join(map(str, write_card(found, into)))
        return card_in(form, found)

    typer.echo(run(written))


@app.command("hand-over")
def hand_over(
    name: Annotated[str, typer.Argument(help="A ModelVersion.")],
    store: Annotated[str, typer.Option(envvar="TRAINYARD_STORE_URL", help="Where its bytes are.")],
    into: Annotated[
        Path, typer.Option(help="The folder of the files; made where it is not there.")
    ] = Path(),
    secret: Annotated[str, typer.Option(help="Over there, with keys to read the store.")] = "",
    job: Annotated[str, typer.Option(help="The TrainingJob there; absent: as here.")] = "",
) -> None:
    """Write files by which another namespace or cluster imports an accepted version, for its Git:
    a patch of its TrainingJob and a ConfigMap with card, statement and manifest.
    """
    wanted = named(name if "/" in name else f"mv/{name}")

    async def written(there: Connection) -> None:
        snapshot = await there.snapshot()
        version = existing(snapshot.find(wanted), wanted)
        found = recorded(snapshot, version, await there.approvals())
        manifest = manifest_in(store, found.bundle_digest)
        into.mkdir(parents=True, exist_ok=True)
        for file, text in handed_over(found, manifest, Receiver(store, secret, job)).items():
            (into / file).write_text(text, encoding="utf-8")
            typer.echo(str(into / file))

    run(written)


@app.command()
def approve(
    name: Annotated[str, typer.Argument(help="A ModelDeployment.")],
    reject: Annotated[bool, typer.Option("--reject", help="Say no instead.")] = False,
    role: Annotated[list[str] | None, typer.Option(help="In which role; repeatable.")] = None,
    comment: Annotated[str, typer.Option(help="What you have to say.")] = "",
    version: Annotated[str, typer.Option(help="A bundle's digest; absent: the canary's.")] = "",
) -> None:
    """Say yes or no to the version that is on its way, in your own name."""
    wanted, word = named(name), Word(not reject, role or (), comment, version)

    async def said(there: Connection) -> Raw:
        raw = existing(await there.get(wanted), wanted)
        made = approval(wanted, raw, word, await there.user(), secrets.token_hex(4))
        await there.create(made)
        return made

    made = run(said)
    spec = made["spec"]
    decision = "approves" if word.is_yes else "rejects"
    typer.echo(f"{wanted}: {spec['approver']} {decision} {spec['bundleDigest']}")


def _command(verb: Verb) -> None:
    """Add the command that asks for the verb."""

    def asked(
        name: Annotated[str, typer.Argument(help="<kind>/<name>, or a ModelDeployment's name.")],
        target: Annotated[str, typer.Argument(help="About what; absent: what is there now.")] = "",
        wait: Annotated[bool, typer.Option(help="For what becomes of the request.")] = True,
        timeout: Annotated[float, typer.Option(help="Seconds to wait.")] = 60,
    ) -> None:
        asked = Asked(named(name), verb, target)
        text, answer = run(lambda there: ask(there, asked, Patience(timeout if wait else 0)))
        if answer is None:
            typer.echo(f"{asked.name}: asked for {text}")
            raise typer.Exit(Outcome.UNDER_WAY.value if wait else 0)
        typer.echo(f"{asked.name}: {text}: {answer.message}", err=not answer.is_done)
        raise typer.Exit(0 if answer.is_done else Outcome.FAILED.value)

    app.command(verb.value, help=EFFECTS[verb])(asked)


for _verb in Verb:
    _command(_verb)


async def _printed(there: Connection, name: ObjectName, drawn: Callable[[Raw], Any]) -> None:
    Console().print(drawn(existing(await there.get(name), name)))
