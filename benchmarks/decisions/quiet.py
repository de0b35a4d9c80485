"""Does a release of a quiet service end by itself, and rightly?

Whole releases, each by the steps of its own example: ours with a rehearsal of 1,000 recorded rows
and the check `agreement`, Flagger's (10 % more each minute up to 50 %), Argo Rollouts' (20, 40, 60
and 80 %, 10 minutes each, measured from the second on). No request in what is looked at is a failed
check of Flagger and a failed measurement of Argo Rollouts (NaN).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from benchmarks.decisions.operator_release import BEGAN, begun
from benchmarks.decisions.thresholds import ARGO, FLAGGER
from trainyard.api.v1alpha1.model_deployment import AnalysisSpec
from trainyard.api.v1alpha1.rehearsal import Rehearsal
from trainyard.api.v1alpha1.task import TaskPhase
from trainyard.model_deployments.analysis.evidence import Counts, Interval
from trainyard.model_deployments.analysis.rehearsal import rehearsed
from trainyard.model_deployments.rollout.strategy import Act

STABLE_FAILING = 0.002
ROWS = 1000
MINUTE = 60
EDGES = ("70", "140", "+Inf")
"""Of answer times; all are quick."""
LONGEST_MINUTES = 300
ANALYSIS = {
    "intervalSeconds": MINUTE,
    "rehearsal": {"rows": ROWS},
    "checks": [
        {"name": "errors", "errors": {}},
        {"name": "latency", "latency": {}},
        {"name": "answers", "agreement": {}},
    ],
}
FLAGGER_STEP, FLAGGER_MOST = 10, 50
ARGO_SHARES, ARGO_MINUTES, ARGO_BEGINS = (20, 40, 60, 80), 10, 10


@dataclass(frozen=True, slots=True)
class Version:
    """What a new version does with a request."""

    name: str
    failing: float = STABLE_FAILING
    differing: float = 0.005
    """Share of requests that it answers, but otherwise than the stable version."""

    @property
    def good(self) -> bool:
        """Whether it should be promoted."""
        return self == GOOD


GOOD = Version("as good as the stable one")
VERSIONS = (
    GOOD,
    Version("fails a tenth", failing=0.1),
    Version("answers a tenth otherwise", differing=0.1),
)
RATES = (0.1, 1.0)
"""Requests a second."""


class End(StrEnum):
    """How a release ended."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled back"
    OPEN = "open"
    """Not at all, in five hours."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One release."""

    end: End
    minutes: float
    bad_answers: int
    """What users got from the new version until then, failed or otherwise."""


def trainyard(version: Version, rate: float, random: np.random.Generator) -> Ended:
    """A release as the operator decides it."""
    release = begun(None, rehearsal(version, random), analysis=ANALYSIS)
    bad = 0
    for minute in range(1, LONGEST_MINUTES + 1):
        if release.ended:
            end = End.PROMOTED if release.last is Act.PROMOTE else End.ROLLED_BACK
            return Ended(end, minute - 1, bad)
        share = release.share
        stable = _counts(random, rate * (1 - share), STABLE_FAILING)
        canary = _counts(random, rate * share, version.failing)
        bad += canary.errors + int(random.binomial(canary.requests, version.differing))
        release.look(Interval(stable, canary, EDGES), MINUTE)
    return Ended(End.OPEN, LONGEST_MINUTES, bad)


def rehearsal(version: Version, random: np.random.Generator) -> Rehearsal:
    """What the Job finds that asks both versions for recorded rows."""
    failed, stable_failed = random.binomial(ROWS, (version.failing, STABLE_FAILING))
    both = ROWS - failed - stable_failed
    result = {
        "rows": ROWS,
        "bothAnswered": both,
        "canaryFailed": failed,
        "stableFailed": stable_failed,
        "slower": 0,
        "agreed": random.binomial(both, 1 - version.differing),
        "canaryMicroseconds": 500,
        "stableMicroseconds": 500,
    }
    before = Rehearsal(name="rehearsal", phase=TaskPhase.SUCCEEDED, queued_at=BEGAN)
    return rehearsed(AnalysisSpec.model_validate(ANALYSIS), before, result)


def flagger(version: Version, rate: float, random: np.random.Generator) -> Ended:
    """A release by Flagger's example."""
    share, failed, bad = FLAGGER_STEP, 0, 0
    for minute in range(1, LONGEST_MINUTES + 1):
        counts = _counts(random, rate * share / 100, version.failing)
        bad += counts.errors + int(random.binomial(counts.requests, version.differing))
        if not counts.requests or counts.errors > FLAGGER.failing * counts.requests:
            failed += 1
            if failed == FLAGGER.limit:
                return Ended(End.ROLLED_BACK, minute, bad)
        elif share == FLAGGER_MOST:
            return Ended(End.PROMOTED, minute, bad)
        else:
            share += FLAGGER_STEP
    return Ended(End.OPEN, LONGEST_MINUTES, bad)


def argo_rollouts(version: Version, rate: float, random: np.random.Generator) -> Ended:
    """A release by the example of Argo Rollouts."""
    failed, bad = 0, 0
    for minute in range(1, len(ARGO_SHARES) * ARGO_MINUTES + 1):
        share = ARGO_SHARES[(minute - 1) // ARGO_MINUTES] / 100
        quarters = [_counts(random, rate * share, version.failing, ARGO.over) for _ in range(4)]
        for counts in quarters:
            bad += counts.errors + int(random.binomial(counts.requests, version.differing))
        if minute > ARGO_BEGINS and (minute * MINUTE) % ARGO.every == 0:
            last = quarters[-1]
            failed += not last.requests or last.errors > ARGO.failing * last.requests
            if failed == ARGO.limit:
                return Ended(End.ROLLED_BACK, minute, bad)
    return Ended(End.PROMOTED, len(ARGO_SHARES) * ARGO_MINUTES, bad)


WAYS: Mapping[str, Callable[[Version, float, np.random.Generator], Ended]] = {
    "Trainyard": trainyard,
    "Flagger": flagger,
    "Argo Rollouts": argo_rollouts,
}


@dataclass(frozen=True, slots=True)
class Releases:
    """What became of many releases of one kind."""

    who: str
    version: Version
    rate: float
    promoted: int
    rolled_back: int
    of: int
    median_minutes: float
    bad_answers: float
    """Mean over all releases."""


def releases(who: str, version: Version, rate: float, count: int) -> Releases:
    """So many releases, always the same ones."""
    random = np.random.default_rng([count, int(rate * 10), VERSIONS.index(version)])
    found = [WAYS[who](version, rate, random) for _ in range(count)]
    return Releases(
        who=who,
        version=version,
        rate=rate,
        promoted=sum(one.end is End.PROMOTED for one in found),
        rolled_back=sum(one.end is End.ROLLED_BACK for one in found),
        of=count,
        median_minutes=float(np.median([one.minutes for one in found])),
        bad_answers=float(np.mean([one.bad_answers for one in found])),
    )


def _counts(
    random: np.random.Generator, per_second: float, failing: float, seconds: int = MINUTE
) -> Counts:
    requests = int(random.poisson(per_second * seconds))
    return Counts(requests, int(random.binomial(requests, failing)), (requests,) * 3)
