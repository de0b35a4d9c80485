"""How an archive with a pickled model and its code gets into the output folder."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest
from archives import archive_of

from trainer.pod.exits import Reason, UserFault
from trainer.recipes.unpacking import is_archive, unpack

MODEL = {"model.joblib": b"\x80\x04pickled"}


def test_model_and_code_come_out(tmp_path: Path) -> None:
    """As they went in; entries of folders are no files, and what Python wrote beside them stays."""
    files = {**MODEL, "code/own/__init__.py": b"", "code/words.txt": b"und"}
    archive = archive_of(tmp_path, {**files, "code/": b""})
    assert is_archive(archive)
    assert not is_archive(archive_of(tmp_path, {}))
    cache = {"code/own/__pycache__/__init__.cpython-311.pyc": b"\0"}
    unpack(archive_of(tmp_path, {**files, **cache}), tmp_path / "output")
    found = {
        path.relative_to(tmp_path / "output").as_posix(): path.read_bytes()
        for path in (tmp_path / "output").rglob("*")
        if path.is_file()
    }
    assert files == found


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param({"code/own.py": b""}, "expected model.joblib and files below", id="no model"),
        pytest.param({**MODEL, "churn/own.py": b""}, "found churn/own.py", id="another folder"),
        pytest.param({"churn/model.joblib": b""}, "found churn/model.joblib", id="in a folder"),
        pytest.param({**MODEL, "../own.py": b""}, "found ../own.py", id="a way out"),
        pytest.param(
            {**MODEL, "code/../../own.py": b""}, "with no . in front", id="a late way out"
        ),
        pytest.param({**MODEL, "/etc/own.py": b""}, "found /etc/own.py", id="an absolute path"),
        pytest.param({**MODEL, "code/own.so": b""}, "code/own.so is compiled", id="compiled"),
        pytest.param({**MODEL, "code/words.txt": b""}, "has no module", id="no module"),
        pytest.param(
            {**MODEL, "code/own.py": bytes((2 << 20) + 1)}, "at most 2097152 travel", id="large"
        ),
        pytest.param(
            {"model.joblib": bytes((64 << 20) + 1)}, "67108865 unpacked; at most 100", id="a bomb"
        ),
        pytest.param(
            {**MODEL, **{f"code/own/m{n}.py": b"" for n in range(101)}}, "at most 100", id="many"
        ),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, files: dict[str, bytes], words: str) -> None:
    """Before a byte of it is written."""
    with pytest.raises(UserFault, match=words) as caught:
        unpack(archive_of(tmp_path, files), tmp_path / "output")
    assert Reason.CODE_INVALID is caught.value.reason
    assert not (tmp_path / "output").exists()


def test_links_are_refused(tmp_path: Path) -> None:
    """Whatever they lead to."""
    link = zipfile.ZipInfo("code/own.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "archive", "w") as target:
        target.writestr("model.joblib", b"")
        target.writestr(link, "/var/run/secrets/token")
    with pytest.raises(UserFault, match=r"code/own\.py is a link"):
        unpack(tmp_path / "archive", tmp_path / "output")


def test_damage_is_told(tmp_path: Path) -> None:
    """A cut file, changed bytes, another compression, a file twice."""
    archive = archive_of(tmp_path, {"model.joblib": bytes(range(256)) * 9, "code/own.py": b"x = 1"})
    content = archive.read_bytes()
    changed = [content[:at] + b"\xff" * 4 + content[at + 4 :] for at in (45, 60, 120, 250)]
    for damaged in (content[:-30], *changed):
        archive.write_bytes(damaged)
        with pytest.raises(UserFault, match="cannot be unpacked"):
            unpack(archive, tmp_path / "output")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_LZMA) as target:
        target.writestr("model.joblib", b"")
    with pytest.raises(UserFault, match="other than zip's usual Deflate"):
        unpack(archive, tmp_path / "output")
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("model.joblib", b"")
        with pytest.warns(UserWarning, match="Duplicate name"):
            target.writestr("model.joblib", b"")
    with pytest.raises(UserFault, match="holds a file twice"):
        unpack(archive, tmp_path / "output")
