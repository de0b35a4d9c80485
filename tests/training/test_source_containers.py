"""The containers of the how-to bring rows that become a version: SQLite, and a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from tempfile import gettempdir

from cluster_access import tool
from documented import documented
from free_port import free_port
from ingests import Rig

OUTPUT = "/trainyard/output"
_UNUSED = shutil.ignore_patterns("bitcode", "libLLVM*", "locale", "doc", "man", "perl*")
CREATE = (
    "create table visits (id int, age int, site text, readmitted text);"
    " insert into visits select n, n % 90, case when n % 7 > 3 then null else 'ward, ' || n % 3"
    " end, case when n * n % 11 > 5 then 'yes' else 'no' end from generate_series(1, 300) n"
)


def run_container(rig: Rig, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the container of the how-to's Dataset on this machine; it writes to the rig's source."""
    sources = [
        m["spec"].get("source", {}) for _, m in documented() if m["metadata"]["name"] == name
    ]
    (container,) = [source["container"] for source in sources if "container" in source]
    words = [word.replace(OUTPUT, str(rig.source)) for word in container["args"]]
    program, *options = container["command"]
    programs = {"python": sys.executable}
    given = {variable["name"]: variable["value"] for variable in container["env"]}
    return subprocess.run(
        [programs.get(program, program), *options, *words],
        env={**os.environ, **given, "TRAINYARD_OUTPUT": str(rig.source), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_script_brings_the_rows_of_a_database(rig: Rig, tmp_path: Path) -> None:
    """Numbers, texts and holes."""
    place = tmp_path / "lab.db"
    with sqlite3.connect(place) as database:
        database.execute("create table measurements (value real, site text, good text)")
        rows = [
            (n / 8, None if n % 5 == 0 else f"s{n % 3}", "ny"[n * n % 7 % 2]) for n in range(200)
        ]
        database.executemany("insert into measurements values (?, ?, ?)", rows)
    database.close()
    done = run_container(rig, "measurements", DATABASE=str(place))
    assert 0 == done.returncode, done.stderr
    source = {"kind": "files", "root": str(rig.source), "path": "*.csv"}
    found = rig.ingest(source=source, target="good")
    assert ("Accepted", 200, 3) == (found["outcome"], found["rows"], found["columns"])


def test_a_script_without_its_table_says_so(rig: Rig, tmp_path: Path) -> None:
    """The end of its log is what the refresh tells."""
    sqlite3.connect(tmp_path / "lab.db").close()
    done = run_container(rig, "measurements", DATABASE=str(tmp_path / "lab.db"))
    assert (1, "no such table: measurements") == (done.returncode, done.stderr.strip())


@dataclass(frozen=True, slots=True)
class _Programs:
    """The folder of PostgreSQL's programs, and what they have to be started with."""

    folder: Path
    environment: dict[str, str]


def _programs(folder: Path) -> _Programs:
    """Those of this machine, or copies of unpacked ones that another user may read."""
    installed = Path(tool("postgres")).parent
    root = installed.parents[4]
    if root == Path("/"):
        return _Programs(installed, {})
    copied = folder / "postgresql"
    shutil.copytree(root / "usr", copied / "usr", symlinks=True, ignore=_UNUSED)
    libraries = os.pathsep.join(str(path) for path in copied.glob("usr/lib/*-linux-gnu*"))
    return _Programs(copied / installed.relative_to(root), {"LD_LIBRARY_PATH": libraries})


@contextmanager
def _postgres(folder: Path) -> Iterator[dict[str, str]]:
    """Run a server of Debian's PostgreSQL; yields what its clients need to know."""
    user = "nobody" if os.getuid() == 0 else None
    programs = _programs(folder)
    data = folder / "data"
    data.mkdir()
    if user:
        shutil.chown(data, user)
        for place in takewhile(lambda place: place != Path(gettempdir()), data.parents):
            place.chmod(0o755)
    bin_, environment = programs.folder, {**os.environ, **programs.environment}
    made = [str(bin_ / "initdb"), "-D", str(data / "db"), "-A", "trust", "-U", "reader"]
    subprocess.run(made, user=user, cwd="/", env=environment, check=True, capture_output=True)
    port = free_port()
    command = [str(bin_ / "postgres"), "-D", str(data / "db"), "-p", str(port), "-k", "", "-F"]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(
        command, user=user, cwd="/", env=environment, stdout=quiet, stderr=quiet
    )
    try:
        clients = {
            **programs.environment,
            "PATH": os.pathsep.join([str(bin_), os.environ["PATH"]]),
            "PGHOST": "127.0.0.1",
            "PGPORT": str(port),
            "PGUSER": "reader",
            "PGDATABASE": "postgres",
        }
        _wait_for(clients)
        yield clients
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(clients: dict[str, str], seconds: float = 120) -> None:
    """A query is answered: the port is open before that."""
    asked = (shutil.which("psql", path=clients["PATH"]) or "psql", "--command", "select 1")
    until = time.monotonic() + seconds
    while True:
        found = subprocess.run(
            asked, env={**os.environ, **clients}, capture_output=True, check=False
        )
        if found.returncode == 0:
            return
        assert time.monotonic() < until, found.stderr
        time.sleep(0.1)


def test_a_query_brings_the_rows_of_a_postgres(rig: Rig, tmp_path: Path) -> None:
    """Quoted texts and NULL as they are; a table that is missing and a server that is away end the
    container with words and another exit code than 0.
    """
    with _postgres(tmp_path) as server:
        missing = run_container(rig, "visits", **server)
        assert 0 != missing.returncode
        assert 'relation "visits" does not exist' in missing.stderr
        made = ["psql", "--no-psqlrc", "--quiet", "--command", CREATE]
        subprocess.run(made, env={**os.environ, **server}, check=True, capture_output=True)
        done = run_container(rig, "visits", **server)
        assert 0 == done.returncode, done.stderr
    away = run_container(rig, "visits", **server)
    assert (True, True) == (away.returncode != 0, "Connection refused" in away.stderr)
    source = {"kind": "files", "root": str(rig.source), "path": "**"}
    found = rig.ingest(source=source, target="readmitted")
    assert ("Accepted", 300) == (found["outcome"], found["rows"])
    sites = rig.table(found["digest"], "train").column("site")
    assert {"ward, 0", "ward, 1", "ward, 2", None} == set(sites.to_pylist())
