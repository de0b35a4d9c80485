"""Which file is the model that training left behind?"""

from __future__ import annotations

from pathlib import Path

from modelbundle.manifest import FORMAT_FILES, TRUST_PICKLE
from trainer.pod.exits import Reason, UserFault


def model_file(folder: Path, trust: str | None) -> Path:
    """The one model in the output folder; nothing of it is read.

    Raises UserFault: ModelUnreadable for none or several, ModelNotTrusted for a pickle where the
    recipe does not trust it.
    """
    # Links count as there: whoever opens the file refuses them with a better sentence.
    names = [
        name
        for name in sorted(FORMAT_FILES.values())
        if (folder / name).is_symlink() or (folder / name).exists()
    ]
    if names == [FORMAT_FILES["joblib"]] and trust != TRUST_PICKLE:
        raise UserFault(
            Reason.MODEL_NOT_TRUSTED,
            f"{names[0]} is a pickle, which runs code when it is loaded; say trust: Pickle in the"
            " recipe, or write model.skops or model.onnx",
        )
    if len(names) == 1:
        return folder / names[0]
    expected = ", ".join(FORMAT_FILES.values())
    if names:
        raise UserFault(
            Reason.MODEL_UNREADABLE,
            f"training left {', '.join(names)} behind; leave exactly one of {expected}",
        )
    there = ", ".join(sorted(path.name for path in folder.iterdir())[:5]) or "nothing"
    raise UserFault(
        Reason.MODEL_UNREADABLE,
        f"training left no model: expected one of {expected} in TRAINYARD_OUTPUT, found {there}",
    )
