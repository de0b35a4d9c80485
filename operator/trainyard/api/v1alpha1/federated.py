"""Several parties that train one model, each on its own rows: what is asked, and how it stands."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from trainyard.api.base import ApiModel, DecimalString, Digest, ObjectName, Text, cel
from trainyard.api.v1alpha1.recipe import Estimator
from trainyard.api.v1alpha1.task import ShortText

MOST_PARTICIPANTS = 16
FEDERATED_CLASSES = (
    "sklearn.linear_model.LogisticRegression",
    "sklearn.linear_model.SGDRegressor",
    "sklearn.neural_network.MLPClassifier",
    "sklearn.neural_network.MLPRegressor",
    "xgboost.XGBClassifier",
)
"""Whose fitted parameters have a mean that is a model, too; trees of XGBoost are added up."""
NamespaceName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"),
]
PublicText = Annotated[str, StringConstraints(max_length=4096)]


class ParticipantDataset(ApiModel):
    """A Dataset, in whatever namespace."""

    name: ObjectName
    """Its name."""
    namespace: NamespaceName
    """Where it is."""

    @property
    def full_name(self) -> str:
        """Namespace and name."""
        return f"{self.namespace}/{self.name}"


class Participant(ApiModel):
    """A party: its rows stay in its namespace."""

    dataset: ParticipantDataset
    """Its Dataset, which has to name this TrainingJob in spec.federation.allowedCoordinators."""


class DifferentialPrivacy(ApiModel):
    """Each party's change of a round is cut to a length, and noise is added to their mean
    (Flower's fixed clipping at the coordinator).
    """

    noise_multiplier: DecimalString
    """How much noise, in lengths; more hides each party better and makes the model worse."""
    clipping_norm: DecimalString
    """The length to which a change is cut."""


class Federated(ApiModel):
    """An estimator that several parties train; only sums and parameters leave a party."""

    model_config = ConfigDict(
        json_schema_extra=cel(
            (
                "self.minParticipants <= self.participants.size()",
                "minParticipants is more than there are participants",
            ),
            (
                (
                    "self.participants.all(p, self.participants.exists_one(q, q.dataset.name =="
                    " p.dataset.name && q.dataset.__namespace__ == p.dataset.__namespace__))"
                ),
                "each Dataset takes part once",
            ),
            (
                f"self.estimator.class in {list(FEDERATED_CLASSES)}",
                f"parties can train together: {', '.join(FEDERATED_CLASSES)}",
            ),
            (
                (
                    "self.estimator.class != 'xgboost.XGBClassifier' || (self.strategy == 'FedAvg'"
                    " && !has(self.differentialPrivacy))"
                ),
                (
                    "trees are added up, each cut to what an honest one may say (Flower's bagging):"
                    " leave strategy and differentialPrivacy out"
                ),
            ),
            (
                (
                    "!has(self.estimator.preprocessing) || !has(self.estimator.preprocessing.mode)"
                    " || self.estimator.preprocessing.mode != 'Custom'"
                ),
                "steps of your own are fitted on rows of one party: use preprocessing Auto or None",
            ),
            (
                "!has(self.estimator.calibration) && !has(self.estimator.threshold)",
                "no one has the rows to choose it on: leave calibration and threshold out",
            ),
        )
    )

    estimator: Estimator
    """What is trained: a linear model or a network of scikit-learn, or trees of XGBoost for two
    classes."""
    participants: Annotated[
        tuple[Participant, ...],
        Field(
            min_length=2,
            max_length=MOST_PARTICIPANTS,
            json_schema_extra={"x-kubernetes-list-type": "atomic"},
        ),
    ]
    """The parties."""
    min_participants: Annotated[int, Field(ge=2, le=MOST_PARTICIPANTS)] = 2
    """With fewer of them no round counts."""
    rounds: Annotated[int, Field(ge=1, le=1000)] = 10
    """How often parameters go to the parties and back."""
    local_iterations: Annotated[int, Field(ge=1, le=1000)] = 3
    """How far each party goes in a round: iterations of the solver, or passes over its rows. Of
    trees each party grows one in a round."""
    strategy: Literal["FedAvg", "FedMedian", "FedTrimmedAvg", "Krum"] = "FedAvg"
    """How one model comes of theirs. FedAvg: the mean, weighed by rows. The others bound what one
    party that lies can do: FedMedian and FedTrimmedAvg number by number, Krum as a whole."""
    enrol_seconds: Annotated[int, Field(ge=10, le=10**6)] = 600
    """How long the coordinator waits for participants before the first round."""
    round_seconds: Annotated[int, Field(ge=5, le=10**6)] = 300
    """How long a round waits for a participant; it goes on without those that are late."""
    differential_privacy: DifferentialPrivacy | None = None
    """Hides what one party has among the others; absent: nothing is added."""


class ParticipantState(ApiModel):
    """How it stands with one participant of the run at work."""

    dataset: ShortText
    """Namespace and name of its Dataset."""
    state: Literal["NotFound", "NotAllowed", "NoData", "Waiting", "Enrolled", "Failed"]
    """Enrolled: its SuperNode has a key that the coordinator takes."""
    dataset_digest: Digest | None = None
    """The version of its data."""
    message: Text = ""
    """What keeps it, and what to do."""


class FederationState(ApiModel):
    """What the participants of the run at work are told, and how they stand."""

    run: ShortText
    """The run."""
    target: ShortText = ""
    """The column that is predicted."""
    address: ShortText = ""
    """Where the coordinator listens."""
    certificate: PublicText = ""
    """Of the coordinator, for this run; PEM. Empty while there is none."""
    participants: Annotated[tuple[ParticipantState, ...], Field(max_length=MOST_PARTICIPANTS)] = ()
    """How they stand."""


class PartyRounds(ApiModel):
    """What one participant has done in the rounds of the run at work."""

    dataset: ShortText
    """Namespace and name of its Dataset."""
    rounds: int = 0
    """In how many rounds so far its parameters counted."""
    in_newest: bool = False
    """Whether they counted in the newest round that is over."""


class RoundsState(ApiModel):
    """How far the rounds of the run at work are, as its coordinator says every ten seconds."""

    run: ShortText
    """The run."""
    state: Literal["Waiting", "Training", "Unknown"]
    """Waiting: no round is over. Unknown: the coordinator does not say; figures are those of
    before."""
    round: int = 0
    """The newest round that is over."""
    planned: int = 0
    """How many there are to be."""
    loss: Annotated[str, StringConstraints(max_length=32)] = ""
    """Of the model that the newest round began with, over the rows of those that answered. Empty:
    it is not told."""
    participants: Annotated[tuple[PartyRounds, ...], Field(max_length=MOST_PARTICIPANTS)] = ()
    """Who began the rounds."""
    message: Text = ""
    """Why it is not known."""


class Coordinator(ApiModel):
    """A TrainingJob that may train on the rows, in whatever namespace."""

    name: ObjectName
    """Its name."""
    namespace: NamespaceName
    """Where it is."""

    @property
    def full_name(self) -> str:
        """Namespace and name."""
        return f"{self.namespace}/{self.name}"


class DatasetFederation(ApiModel):
    """Who may train on the rows without seeing them."""

    allowed_coordinators: Annotated[
        tuple[Coordinator, ...],
        Field(max_length=16, json_schema_extra={"x-kubernetes-list-type": "atomic"}),
    ] = ()
    """TrainingJobs whose runs this Dataset takes part in. One that is taken out ends its part in a
    run at once."""


class Participation(ApiModel):
    """The part in a run of another's TrainingJob."""

    coordinator: ShortText
    """Namespace and name of the TrainingJob."""
    run: ShortText
    """The run."""
    name: ShortText
    """The Job of the SuperNode."""
    dataset_digest: Digest
    """The version of the data that it trains on."""
    public_key: ShortText = ""
    """By which the coordinator knows the SuperNode; empty while there is none."""
    phase: Literal["Pending", "Running", "Failed"] = "Pending"
    """How far its Job is."""
    message: Text = ""
    """Why it failed, or what it waits for."""


class ParticipantRecord(ApiModel):
    """What one participant had to do with a model."""

    name: ShortText
    """Namespace and name of its Dataset."""
    dataset_digest: Digest | None = None
    """The version of its data."""
    rows: int = 0
    """On how many rows it trained."""
    rounds: int = 0
    """In how many rounds its parameters counted."""
    withdrew: bool = False
    """Whether its Dataset took the permission back, or went, before the rounds were over."""


class PrivacyRecord(ApiModel):
    """What noise was added to the rounds, and what it comes to."""

    noise_multiplier: DecimalString
    """How much noise, in lengths."""
    clipping_norm: DecimalString
    """The length to which each party's change of a round was cut."""
    epsilon: DecimalString | None = None
    """How much the models of all rounds can tell of one party's part in them to whoever sees the
    models, but for the coordinator. It covers no sums that were agreed on before the first
    round, and no other run."""
    delta: DecimalString | None = None
    """The chance that epsilon leaves out of account."""
    why: Text = ""
    """Why there is no epsilon."""


class FederationRecord(ApiModel):
    """How several parties trained a model."""

    rounds: int
    """How many rounds counted."""
    strategy: ShortText = ""
    """How one model came of theirs."""
    participants: Annotated[tuple[ParticipantRecord, ...], Field(max_length=MOST_PARTICIPANTS)] = ()
    """Who trained it."""
    refusals: Annotated[dict[ShortText, Text], Field(max_length=MOST_PARTICIPANTS)] | None = None
    """Which parties could not take part, and why."""
    privacy: PrivacyRecord | None = None
    """The noise that hides what one party has; absent: none was added."""
