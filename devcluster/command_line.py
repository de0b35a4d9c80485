"""The command line of the local cluster."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from devcluster.build_inputs import Recipe
from devcluster.debian_programs import PACKAGED, DebianPrograms
from devcluster.local_node import LocalNode
from devcluster.places import places_from
from devcluster.programs import Programs, module_of
from devcluster.progress import Progress
from devcluster.project_images import recipes
from devcluster.refusal import Refusal, StepFailed
from devcluster.target import Target, target_of
from devcluster.volumes import DEFAULT_SIZE, Claim

Verb = Callable[[LocalNode, argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="python3 -m devcluster", description=__doc__)
    verbs = top.add_subparsers(required=True, metavar="VERB")
    _verb(verbs, "up", "build what is missing and start the cluster", _up)
    down = _verb(verbs, "down", "stop the cluster and undo what it changed", _down)
    down.add_argument("--purge", action="store_true", help="remove its data as well")
    _verb(verbs, "status", "say which components run", _status)
    _verb(verbs, "kubeconfig", "print the path of the kubeconfig", _kubeconfig)
    tool = _verb(verbs, "tool", "print a program's path, built first if needed", _tool)
    tool.add_argument("program", help="kubectl, helm4, helm3, versitygw, …")
    load = _verb(verbs, "load-image", "load image archives onto the node", _load_image)
    load.add_argument("image")
    load.add_argument("archives", nargs="+", type=Path, metavar="TAR")
    _build_arguments(_verb(verbs, "build-image", "build an image and load it", _build_image))
    _claim_arguments(_verb(verbs, "volume", "make a claim and its volume", _volume))
    s3 = _verb(verbs, "s3", "an S3 server that pods can reach", _s3)
    s3.add_argument("action", choices=("start", "stop", "status"))
    s3.add_argument("--bucket", action="append", default=[], help="a bucket to have")
    target = verbs.add_parser("target", help="the same for the cluster that tests and demo use")
    _target_verbs(target.add_subparsers(required=True, metavar="VERB"))
    return top


def _target_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    def on_target(act: Callable[[Target, argparse.Namespace], object]) -> Verb:
        def verb(local: LocalNode, arguments: argparse.Namespace) -> int:
            answer = act(target_of(local), arguments)
            if answer is not None:
                print(answer)
            return 0

        return verb

    _verb(verbs, "name", "say which cluster that is", on_target(lambda t, _: t.name))
    _verb(verbs, "up", "the cluster answers", on_target(lambda t, _: t.up()))
    _verb(verbs, "down", "stop what up started", on_target(lambda t, _: t.down()))
    _verb(verbs, "kubeconfig", "print its path", on_target(lambda t, _: t.kubeconfig()))
    _verb(verbs, "kubectl", "print its path", on_target(lambda t, _: t.kubectl().program))
    images = _verb(verbs, "images", "build and load the project's images", _target_images)
    images.add_argument("names", nargs="*", help="operator, training, … (default: all)")
    build = _verb(verbs, "build-image", "build and load one image", on_target(_build_on_target))
    _build_arguments(build)
    volume = _verb(verbs, "volume", "make a claim", on_target(lambda t, a: t.storage(_claim(a))))
    _claim_arguments(volume)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str, act: Verb
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=text, description=text)
    verb.set_defaults(act=act)
    return verb


def _build_arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--file", type=Path, required=True, help="the Dockerfile")
    verb.add_argument("--context", type=Path, default=Path(), help="the folder it copies from")
    verb.add_argument("--tag", required=True)
    verb.add_argument("--target", default="", help="which target of the Dockerfile (default: last)")
    verb.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")


def _claim_arguments(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("namespace")
    verb.add_argument("claim")
    verb.add_argument("size", nargs="?", default=DEFAULT_SIZE)


def _claim(arguments: argparse.Namespace) -> Claim:
    return Claim(arguments.namespace, arguments.claim, arguments.size)


def _recipe(arguments: argparse.Namespace) -> Recipe:
    pairs = [pair.partition("=") for pair in arguments.build_arg]
    return Recipe(
        arguments.file.resolve(),
        arguments.context.resolve(),
        arguments.tag,
        {name: value for name, _, value in pairs},
        arguments.target,
    )


def _up(local: LocalNode, _: argparse.Namespace) -> int:
    local.up()
    return 0


def _down(local: LocalNode, arguments: argparse.Namespace) -> int:
    local.down(arguments.purge)
    return 0


def _status(local: LocalNode, _: argparse.Namespace) -> int:
    print("\n".join(local.status()))
    return 0 if local.is_up() else 1


def _kubeconfig(local: LocalNode, _: argparse.Namespace) -> int:
    print(local.kubeconfig())
    return 0


def _tool(local: LocalNode, arguments: argparse.Namespace) -> int:
    if arguments.program in PACKAGED:
        print(DebianPrograms(local.places, local.progress).path(arguments.program))
        return 0
    try:
        module_of(arguments.program)
    except KeyError:
        raise Refusal(f"No program named {arguments.program} is built here.") from None
    print(local.programs.path(arguments.program))
    return 0


def _load_image(local: LocalNode, arguments: argparse.Namespace) -> int:
    local.load(arguments.image, tuple(arguments.archives))
    return 0


def _build_image(local: LocalNode, arguments: argparse.Namespace) -> int:
    local.build_and_load(_recipe(arguments))
    return 0


def _build_on_target(target: Target, arguments: argparse.Namespace) -> None:
    target.build_and_load(_recipe(arguments))


def _volume(local: LocalNode, arguments: argparse.Namespace) -> int:
    local.storage(_claim(arguments))
    return 0


def _target_images(local: LocalNode, arguments: argparse.Namespace) -> int:
    target = target_of(local)
    for recipe in recipes(local.places.repository, arguments.names):
        target.build_and_load(recipe)
    return 0


def _s3(local: LocalNode, arguments: argparse.Namespace) -> int:
    server = local.s3()
    if arguments.action == "stop":
        server.stop()
        return 0
    access = server.start(arguments.bucket) if arguments.action == "start" else server.access()
    if access is None:
        print("no S3 server runs", file=sys.stderr)
        return 1
    print(json.dumps(asdict(access)))
    return 0


def main(words: Sequence[str]) -> int:
    """The exit code: 0 done, 1 a step failed, 2 a refusal or a wrong command line."""
    arguments = parser().parse_args(words)
    progress = Progress()
    try:
        places = places_from(os.environ, Path.home(), Path(__file__).resolve().parent)
        local = LocalNode(places, Programs(places, progress), progress)
        return int(arguments.act(local, arguments))
    except (Refusal, StepFailed) as failure:
        print(failure, file=sys.stderr)
        return failure.exit_code
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here", file=sys.stderr)
        return 130
