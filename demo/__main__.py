"""`python -m demo`: tell the story; `--clean`: remove what it made; `--acts ab`: only some."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from demo.acts import ACTS
from demo.kubectl import Kubectl, KubectlFailed
from demo.live_line import LiveLine
from demo.narration import Narrator
from demo.setting import NAMESPACE, OPERATOR_NAMESPACE, bound_kubectl, clean, prepare
from demo.stage import Stage
from demo.waiting import StoryFailed


def main() -> int:
    """Return 0 when every act proved what it promises."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--clean", action="store_true", help="remove everything again")
    parser.add_argument("--acts", default="", help="letters of the acts to play; default: all")
    chosen = parser.parse_args()
    console = Console(soft_wrap=not sys.stdout.isatty())
    kubectl, operator = bound_kubectl(NAMESPACE), bound_kubectl(OPERATOR_NAMESPACE)
    if chosen.clean:
        clean(kubectl, operator)
        return 0
    narrator = Narrator(console)
    try:
        tell(kubectl, operator, narrator, chosen.acts)
    except (StoryFailed, KubectlFailed) as failure:
        console.print(f"\n[bold red]The story broke off:[/bold red] {failure}")
        diagnose(kubectl, operator, console)
        return 1
    farewell(narrator)
    return 0


def tell(kubectl: Kubectl, operator: Kubectl, narrator: Narrator, letters: str) -> None:
    """Play the acts in order."""
    narrator.title("Trainyard: data → train → gate → release → watch → roll back or retrain")
    images = prepare(kubectl, operator, narrator)
    stage = Stage(kubectl, operator, narrator, LiveLine(narrator.console), images)
    for letter, title, act in ACTS:
        if not letters or letter in letters:
            narrator.act(letter, title)
            act(stage)


def diagnose(kubectl: Kubectl, operator: Kubectl, console: Console) -> None:
    """Show what a person would look at first."""
    for bound, words in (
        (kubectl, ("get", "dset,tj,mv,mdep,job,pod", "-o", "wide")),
        (kubectl, ("get", "events", "--sort-by=.lastTimestamp")),
        (operator, ("logs", "deployment/trainyard", "--tail=40")),
    ):
        console.print(f"[dim]$ kubectl -n {bound.namespace} {' '.join(words)}[/dim]")
        try:
            text = bound.run(*words)
        except KubectlFailed as failure:
            text = str(failure)
        console.print("\n".join(text.splitlines()[-40:]), highlight=False, markup=False)


def farewell(narrator: Narrator) -> None:
    """Say what to try next."""
    narrator.title(f"All acts were proved in {narrator.elapsed()}. The cluster stays up.")
    narrator.say("export KUBECONFIG=$(python3 -m devcluster target kubeconfig)")
    narrator.say(f"kubectl -n {NAMESPACE} get dset,tj,mv,mdep")
    narrator.say(f"kubectl -n {NAMESPACE} describe mdep tumours")
    narrator.say(f"kubectl -n {NAMESPACE} edit tj tumours      # try another estimator")
    narrator.say("make demo-clean                                # remove everything")


if __name__ == "__main__":
    sys.exit(main())
