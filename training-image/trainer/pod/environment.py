"""Where does a container find its mounts, its store and its credentials?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trainer.pod.exits import Reason, UserFault

CHAMPION_FAULT_NAME = "fault.json"
"""In the champion's folder, in place of a bundle: why `fetch` could not bring it."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the pod says about itself; read once in `__main__`, handed down from there.

    `variables` holds all environment variables, credentials among them: never print it.
    """

    mount: Path = Path("/trainyard")
    termination_log: Path = Path("/dev/termination-log")
    store_url: str | None = None
    store_endpoint: str | None = None
    store_region: str | None = None
    result: str | None = None
    spool: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def source(self) -> Path:
        """Files of a configMap or pvc source, read-only (ingest)."""
        return self.mount / "source"

    @property
    def data(self) -> Path:
        """The train part and columns.json."""
        return self.mount / "data"

    @property
    def questions(self) -> Path:
        """The test rows without the target."""
        return self.mount / "questions"

    @property
    def answers(self) -> Path:
        """The targets of the test rows, in the order of the questions."""
        return self.mount / "answers"

    @property
    def champion(self) -> Path:
        """The champion's bundle."""
        return self.mount / "champion"

    @property
    def keys(self) -> Path:
        """Key and certificate of a coordinator, or what a participant's SuperNode needs."""
        return self.mount / "keys"

    @property
    def participants(self) -> Path:
        """The public keys of the participants (coordinate)."""
        return self.mount / "participants"

    @property
    def behaviours(self) -> Path:
        """ConfigMaps with behaviours that gates ask for, a folder each (predict)."""
        return self.mount / "behaviours"

    @property
    def input(self) -> Path:
        """The files of a part that is to be scored (stage-in, score)."""
        return self.mount / "input"

    @property
    def output(self) -> Path:
        """What training left behind, or the bundle of an imported or evaluated model,
        or of one that scores.
        """
        return self.mount / "output"

    @property
    def predictions(self) -> Path:
        """What `predict` left behind for `publish`."""
        return self.mount / "predictions"

    def require_store_url(self) -> str:
        """The URL of the store. Raises UserFault when the pod was given none."""
        if not self.store_url:
            raise UserFault(
                Reason.SETTING_MISSING, "TRAINYARD_STORE_URL is not set for this container"
            )
        return self.store_url

    def require_result(self) -> str:
        """Path of result.json in the store. Raises UserFault when the pod was given none."""
        if not self.result:
            raise UserFault(
                Reason.SETTING_MISSING, "TRAINYARD_RESULT is not set for this container"
            )
        return self.result


def read_environment(variables: Mapping[str, str]) -> Environment:
    """The environment as these variables describe it; an empty variable counts as absent."""

    def text(name: str) -> str | None:
        return variables.get(name) or None

    spool = text("TRAINYARD_SPOOL")
    return Environment(
        mount=Path(text("TRAINYARD_MOUNT") or "/trainyard"),
        termination_log=Path(text("TRAINYARD_TERMINATION_LOG") or "/dev/termination-log"),
        store_url=text("TRAINYARD_STORE_URL"),
        store_endpoint=text("TRAINYARD_STORE_ENDPOINT"),
        store_region=text("TRAINYARD_STORE_REGION"),
        result=text("TRAINYARD_RESULT"),
        spool=Path(spool) if spool else None,
        variables=dict(variables),
    )
