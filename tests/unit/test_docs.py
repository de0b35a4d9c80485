"""What the documents refer to is there, and what they show is valid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from documented import documented

from trainyard.crdgen.kinds import KINDS
from trainyard.requests import Verb

ROOT = Path(__file__).parents[2]
OURS = {kind.definition.kind: kind for kind in KINDS}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`[^`\n]+`")
NOT_OURS = re.compile(r"^[a-z]+:")
NOT_WRITTEN = re.compile(r"\.|(build|dist)$")
LONGEST_RECORD = 40


def pages() -> list[Path]:
    """Return every Markdown file of the repository, but no copy that was built from one."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return sorted(ROOT / path for path in found if not any(map(NOT_WRITTEN.match, path.parts)))


def records() -> list[Path]:
    """Return every decision record."""
    return sorted((ROOT / "docs" / "decisions").glob("*.md"))


def named(paths: list[Path]) -> list[pytest.ParameterSet]:
    """Return the paths as cases that are called as they are."""
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


def prose(page: Path) -> str:
    """Return the text without what stands in fences."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in kept}


def broken(page: Path) -> Iterator[str]:
    """Yield each relative link that leads nowhere."""
    # Patterns in code may look like links.
    for link in LINK.findall(CODE.sub("code", prose(page))):
        if NOT_OURS.match(link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


@pytest.mark.parametrize("page", named(pages()))
def test_links_lead_somewhere(page: Path) -> None:
    """A file or folder of the repository, and a heading in it where one is named."""
    assert [] == list(broken(page))


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    """A missing file and a missing heading, but no fence, address or heading that is there."""
    page = tmp_path / "page.md"
    page.write_text(
        "# A `b` c, d\n[x](gone.md) [x](#gone) [x](#a-b-c-d) [x](https://example.org/y)\n"
        "`[a](coded.md)` [`x`](lost.md)\n```\n[x](fenced.md)\n```\n",
        encoding="utf-8",
    )
    assert ["gone.md", "#gone", "lost.md"] == list(broken(page))


def test_every_page_is_found() -> None:
    """From the list of documents, and in the site; decisions and runbooks by the page before."""
    listed = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    inside = (page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md"))
    names = [n for n in inside if not n.startswith(("decisions/", "operations/runbooks/"))]
    assert [] == [n for n in names if f"docs/{n}" not in site]
    assert ["README.md"] == [n for n in names if f"]({n})" not in listed]


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/*.md"])
def test_the_manifests_that_pages_show_are_valid(page: str) -> None:
    """Known kinds, known fields, valid values: what a new user applies first."""
    manifests = documented(page)
    for _, manifest in manifests:
        assert manifest.pop("apiVersion") == "trainyard.dev/v1alpha1"
        OURS[manifest.pop("kind")].model_validate(manifest, extra="forbid")
    assert manifests, "it shows no manifest"


def test_the_guide_explains_every_request() -> None:
    """Each verb that a kind acts on has its row, and no row is about a verb that is gone."""
    text = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\|[^|]*\| `([\w-]+)[@`]", text, re.MULTILINE))
    assert {str(verb) for verb in Verb} == rows


@pytest.mark.parametrize("path", named(records()))
def test_a_decision_record_is_short_and_numbered(path: Path) -> None:
    """Its number is that of its file; context, decision and consequence fit on a screen."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith(f"# {int(path.name[:4])}. ")
    assert len(lines) <= LONGEST_RECORD
    for part in ("Context", "Decision", "Consequence"):
        assert any(line.startswith(f"**{part}.**") for line in lines), part


def test_no_two_decision_records_share_a_number() -> None:
    """Also where two were written at the same time."""
    numbers = [int(path.name[:4]) for path in records()]
    assert sorted(set(numbers)) == numbers


def test_the_map_of_the_code_names_what_is_there() -> None:
    """Each file in the tables of docs/architecture.md exists below one of the packages."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|[^|]*\?[^|]*\|([^|]+)\|$", text, re.MULTILINE)
    names = [n for row in rows for n in re.findall(r"`([\w/<>-]+\.py)`", row) if "<" not in n]
    tree = [path.as_posix() for path in ROOT.rglob("*.py") if ".venv" not in path.parts]
    assert names, "no table was found"
    assert [] == [name for name in names if not any(p.endswith(f"/{name}") for p in tree)]


def test_every_test_that_a_document_names_is_there() -> None:
    """What a page calls shown is shown: `tests/…/test_x.py::test_y`."""
    shown = [
        (page.name, file, test)
        for page in pages()
        for file, test in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page.read_text("utf-8"))
    ]
    gone = [one for one in shown if f"def {one[2]}(" not in (ROOT / one[1]).read_text("utf-8")]
    assert shown, "no page names a test"
    assert [] == gone


def test_every_attempt_on_the_page_about_security_was_tried() -> None:
    """Each row names a test."""
    text = (ROOT / "docs" / "operations" / "security.md").read_text("utf-8")
    rows = text.partition("| Attempt |")[2].splitlines()[2:]
    assert rows
    assert [] == [row for row in rows if "`tests/" not in row]
