"""A search for good parameters: what is tried, how trials are compared, and how far it is."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, DecimalString, cel
from trainyard.api.gates import KNOWN_METRICS
from trainyard.api.v1alpha1.task import ShortText, Task

MOST_TRIALS = 100
_KNOWN = ",".join(f"'{name}'" for name in KNOWN_METRICS)
DrawnText = Annotated[str, StringConstraints(max_length=320)]
ParametersText = Annotated[str, StringConstraints(max_length=1024)]


class IntRange(ApiModel):
    """Whole numbers from `min` to `max`, both included."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            ("self.min <= self.max", "min is larger than max"),
            ("!has(self.log) || !self.log || self.min >= 1", "log: true needs a min of at least 1"),
        )
    )

    min: Annotated[int, Field(ge=-(10**9), le=10**9)]
    """The smallest."""
    max: Annotated[int, Field(ge=-(10**9), le=10**9)]
    """The largest."""
    log: bool = False
    """True: 1 to 10 is tried as often as 10 to 100."""


class FloatRange(ApiModel):
    """Numbers from `min` to `max`."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            ("double(self.min) <= double(self.max)", "min is larger than max"),
            (
                "!has(self.log) || !self.log || double(self.min) > 0.0",
                "log: true needs a min above 0",
            ),
        )
    )

    min: DecimalString
    """The smallest."""
    max: DecimalString
    """The largest."""
    log: bool = False
    """True: 0.01 to 0.1 is tried as often as 0.1 to 1."""


class Dimension(ApiModel):
    """One parameter of the estimator, and what is tried for it."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "[has(self.values),has(self.int),has(self.float)].filter(x,x).size()==1",
                "give exactly one of values, int, float",
            )
        )
    )

    name: Annotated[
        str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    ]
    """The parameter's name."""
    values: (
        Annotated[
            tuple[Annotated[str, StringConstraints(max_length=256)], ...],
            Field(min_length=1, max_length=50),
        ]
        | None
    ) = None
    """These values. Each is read as JSON where it is JSON (`0.5`, `true`, `null`), or else as
    text."""
    int_: IntRange | None = Field(default=None, alias="int")
    """Whole numbers."""
    float_: FloatRange | None = Field(default=None, alias="float")
    """Numbers."""


class Search(ApiModel):
    """Trials with other parameters on the train part; the model is fitted with the best ones."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (f"self.objective in [{_KNOWN}]", "objective is not a known metric; see the guide")
        )
    )

    strategy: Literal["Random", "Grid", "Halving", "Bayesian"] = "Random"
    """Random: `trials` draws, by the seed. Grid: every combination of values and whole numbers.
    Halving: the draws of Random are tried on a part of the train rows; the best third goes on with
    three times as many, up to all of them. Bayesian: Optuna's TPE chooses by the scores of earlier
    trials, a tenth of them at a time, and ends hopeless ones early."""
    trials: Annotated[int, Field(ge=1, le=MOST_TRIALS)] = 20
    """How many trials; with Grid how many at most."""
    parallelism: Annotated[int, Field(ge=1, le=100)] = 2
    """How many pods try at a time."""
    objective: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    """The metric by which trials are compared, in the direction in which it is better."""
    folds: Annotated[int, Field(ge=2, le=10)] = 3
    """The train part is cut into so many parts; each is predicted by a model that is fitted on the
    others, and the mean counts."""
    space: Annotated[
        tuple[Dimension, ...],
        Field(
            min_length=1,
            max_length=20,
            json_schema_extra={
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
            },
        ),
    ]
    """The parameters, and what is tried for each."""


class BestTrial(ApiModel):
    """The best trial so far."""

    trial: int
    """Its number, from 0."""
    score: ShortText
    """The objective, as the mean over the folds."""
    parameters: ParametersText = ""
    """What it tried, as JSON."""


class SearchProgress(Task):
    """The Job of the trials, and what they gave so far."""

    trials: int
    """How many there are."""
    succeeded: int = 0
    """How many have a score."""
    failed: int = 0
    """How many could not be fitted; the search goes on without them."""
    best: BestTrial | None = None
    """The best one so far; with Halving of the present round."""
    round: int = 0
    """The round of Halving or Bayesian, from 0."""
    tried: Annotated[tuple[int, ...], Field(max_length=MOST_TRIALS)] = ()
    """The trials of this round; absent: all."""
    scores: Annotated[tuple[ShortText, ...], Field(max_length=MOST_TRIALS)] = ()
    """By trial: its score, why it has none, or nothing yet. Kept until the run has ended."""
    drawn: Annotated[tuple[DrawnText, ...], Field(max_length=MOST_TRIALS)] = ()
    """By trial: the numbers that Optuna chose for the dimensions, as JSON; of values the place."""
    means: Annotated[tuple[ShortText, ...], Field(max_length=MOST_TRIALS)] = ()
    """By trial: the mean score after each fold, by which others are ended early."""
