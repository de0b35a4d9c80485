"""Of which code does a user's container say that it is made?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, StrictBool, StringConstraints, ValidationError

from trainer.pod.exits import Reason, UserFault
from trainer.pod.plain_files import read_plain_file

CODE_NAME = "code.json"
_MAX_BYTES = 4 << 10


class OwnCode(BaseModel):
    """A revision of a repository; the names are those of the OCI labels of images."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    revision: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/+-]{0,63}$")]
    source: Annotated[str, StringConstraints(max_length=256, pattern=r"^[!-~]*$")] = ""
    dirty: StrictBool = False
    """Files differed from that revision when the image was built."""


def read_own_code(folder: Path) -> OwnCode | None:
    """What `code.json` says; None when there is no such file.

    Raises UserFault(CodeInvalid), also where `source` holds a password, which would be recorded.
    """
    path = folder / CODE_NAME
    if not path.exists() and not path.is_symlink():
        return None
    content = read_plain_file(path, _MAX_BYTES)
    try:
        code = OwnCode.model_validate_json(content)
        holds_password = urlsplit(code.source).password is not None
    except (ValidationError, ValueError) as error:
        raise _invalid(_first_words(error)) from error
    if holds_password:
        raise _invalid("source holds a password: leave it out of the address")
    return code


def _first_words(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return f"source: {error}"
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'document'}: {first['msg']}"


def _invalid(what: str) -> UserFault:
    return UserFault(
        Reason.CODE_INVALID,
        f"{CODE_NAME}: {what}; write one object such as"
        ' {"revision": "0f3c9a1", "source": "https://git.example.org/team/train", "dirty": false}',
    )
