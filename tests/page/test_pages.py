"""The HTML of the pages: readable without JavaScript, and harmless whatever objects say."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from a_namespace import Raw, deployment, namespace, releasing

from trainyardctl.snapshot import Snapshot
from trainyardpage.batches import batches_of
from trainyardpage.fleet import fleet_of
from trainyardpage.one_model import one_model
from trainyardpage.pages import fleet_page, missing_page, model_page
from trainyardpage.trail import NOTHING, trail_after

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
VOID = frozenset({"meta", "link", "input", "br", "img", "rect", "path"})


class Reader(HTMLParser):
    """Which tags stand open, which attributes there are, and what a person reads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last, and nothing else."""
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        """Note what is read."""
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of each tag of that name."""
        return [attributes for found, attributes in self.tags if found == tag]


def of_model(raw: Raw) -> str:
    """Return the page of one model, whose release was looked at twice."""
    later = {**raw, "status": {**raw.get("status", {})}}
    rollout = later["status"].get("rollout")
    trail = trail_after(NOTHING, raw)
    if rollout:
        later["status"]["rollout"] = {**rollout, "observedUntil": "2026-05-05T10:00:30Z"}
    here = namespace(raw)
    there = {**here.objects, "BatchPrediction": (BATCH,), "Approval": (APPROVAL,)}
    model = one_model(Snapshot("models", there), "wine", trail_after(trail, later))
    assert model is not None
    return model_page(model, ())


WHOLE = releasing(
    step=1,
    phase="Progressing",
    observedUntil="2026-05-05T10:00:00Z",
    approvedBy=["anna"],
    arms=[{"name": "Stable", "requests": 12345, "errors": 6}],
    rehearsal={"verdict": "Pass", "why": "all agree"},
)
WHOLE["spec"] |= {
    "rollout": {"approvals": {"required": 2, "roles": ["risk"]}},
    "monitoring": {"quality": {"min": "0.9"}, "fairness": {"column": "site", "max": "0.1"}},
}
WHOLE["status"] |= {
    "labelJoin": {
        "metric": "accuracy",
        "counts": {"at": "2026-05-05T10:00:00Z", "joined": 876},
        "revisions": [
            {
                "revision": "wine-2222222222",
                "value": "0.913",
                "fairness": {"value": "0.07", "between": ["left", "right"]},
            }
        ],
    },
    "signals": [{"kind": "Drift", "message": "age moved", "since": "2026-05-05T11:00:00Z"}],
    "monitors": [
        {
            "kind": "Drift",
            "drift": {
                "rows": 900,
                "since": "2026-05-04T10:00:00Z",
                "until": "2026-05-05T10:00:00Z",
                "drifted": [
                    {
                        "name": "age",
                        "effect": "0.31",
                        "why": "below 18: 2 % → 31 %",
                        "bins": [{"holds": "below 18", "training": "2", "live": "41"}],
                    }
                ],
            },
        }
    ],
    "history": [{"at": "2026-05-04T10:00:00Z", "reason": "Promoted", "message": "the first"}],
}
BATCH = {
    "metadata": {"name": "tomorrow", "namespace": "models"},
    "spec": {"model": {"modelDeployment": {"name": "wine"}}},
    "status": {
        "nextRunAt": "2026-05-06T02:00:00Z",
        "run": {
            "phase": "Running",
            "parts": 4,
            "modelVersion": "wine-a",
            "output": "predictions/tomorrow/3",
            "written": {
                "parts": 3,
                "scored": 8123,
                "setAside": 2,
                "examples": [{"file": "a.csv", "row": 7, "reason": "age: 'x' is no number"}],
            },
        },
    },
}
APPROVAL = {
    "metadata": {"creationTimestamp": "2026-05-05T10:00:00Z"},
    "spec": {
        "modelDeployment": {"name": "wine"},
        "decision": "Approve",
        "approver": "anna",
        "roles": ["risk"],
        "comment": "fine with me",
    },
}
NO_BATCHES = batches_of(())
PAGES = {
    "fleet": fleet_page(fleet_of([deployment(), WHOLE]), batches_of([BATCH]), ()),
    "nobody found": fleet_page(fleet_of([deployment()], "nobody"), NO_BATCHES, ()),
    "no models": fleet_page(fleet_of([]), NO_BATCHES, ("Dataset: HTTP 403",)),
    "one model": of_model(WHOLE),
    "a bare model": of_model({"metadata": {"name": "wine"}}),
    "missing": missing_page("There is none.", "../../"),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_well_formed_and_brings_nothing_from_elsewhere(name: str) -> None:
    """No inline script or style, which the policy forbids, and no address but relative ones."""
    page = Reader(PAGES[name])
    assert [] == page.open
    assert 1 == len(page.all("h1")) == len(page.all("main")) == len(page.all("title"))
    assert all("src" in script for script in page.all("script"))
    assert [] == page.all("style")
    for _, attributes in page.tags:
        assert not any(key.startswith("on") or key == "style" for key in attributes)
        for key in ("src", "href", "action"):
            value = attributes.get(key) or ""
            assert ":" not in value
            assert not value.startswith("/")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_walked_by_keyboard_and_heard(name: str) -> None:
    """A language, a way past the header, names for fields, drawings and parts that scroll."""
    page = Reader(PAGES[name])
    assert "en" == page.all("html")[0]["lang"]
    assert {"class": "skip", "href": "#content"} == page.all("a")[0]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    labels = {label["for"] for label in page.all("label")}
    assert labels == {field["id"] for field in page.all("input")}
    for drawing in page.all("svg"):
        assert drawing.get("aria-label") or drawing.get("aria-hidden") == "true"
    for part in page.all("div"):
        if part.get("role") == "region":
            assert part.get("aria-label") or part.get("aria-labelledby") in ids
            assert "0" == part["tabindex"]


def test_one_model_shows_all_that_is_known() -> None:
    """Without a script: state, evidence, drift, versions, origin, commands, decisions."""
    text = Reader(PAGES["one model"]).text
    for words in (
        *("under way", "step 1/2", "12,345", "Rehearsal: Pass: all agree"),
        *("40 of 300 requests", "age moved", "below 18: 2 % → 31 %", "900 rows"),
        *("wine-b", "Forest(300)", "sha256:", "trainyard -n models promote mdep/wine"),
        *("2026-05-04 10:00:00", "the first"),
        *("2 people have to approve", "in the role risk", "Approved by anna", "1 more needed"),
        *("0.913", "left and right", "876 captured rows have a label", "may differ by 0.1"),
        *("Evidence over time", "Stable 6 of 12,345", "Metrics"),
        *("41 %", "anna", "fine with me", "3 of 4", "8,123", "a.csv, row 7: age: 'x' is no number"),
        *("trainyard -n models abort bp/tomorrow", "predictions/tomorrow/3"),
    ):
        assert words in text


def test_the_fleet_leads_to_each_model_by_a_relative_path() -> None:
    """So that it works behind the API server's proxy too."""
    raw = deployment()
    raw["metadata"]["namespace"] = "models"
    page = Reader(fleet_page(fleet_of([raw]), NO_BATCHES, ()))
    assert {"href": "models/models/wine"} in page.all("a")


@pytest.mark.parametrize("words", [HOSTILE, "{{ 7 * 7 }}", "]]>"])
def test_what_objects_say_is_text(words: str) -> None:
    """Whoever may write an object runs nothing in a reader's browser."""
    raw = releasing(
        why=words,
        revision=words,
        verdict=words,
        observedUntil="2026-05-05T10:00:00Z",
        approvedBy=[words],
        arms=[{"name": words}, {"name": "Stable"}],
        checks=[{"name": words, "verdict": words}],
    )
    raw["spec"]["rollout"] = {"approvals": {"roles": [words], "before": words}}
    raw["status"] |= {
        "labelJoin": {"metric": words, "revisions": [{"revision": words, "value": words}]},
        "why": words,
        "signals": [{"kind": words, "message": words}],
        "history": [{"at": words, "reason": words, "message": words}],
        "traffic": [{"role": words, "revision": words, "weightPercent": 7}],
    }
    for html in (of_model(raw), fleet_page(fleet_of([raw], words), batches_of([raw]), (words,))):
        page = Reader(html)
        assert 1 == len(page.all("script"))
        assert [] == page.all("img")
    assert words in Reader(of_model(raw)).text


def test_a_fault_is_told_on_top() -> None:
    """What is shown may be old."""
    assert "Not current. Dataset: HTTP 403" in Reader(PAGES["no models"]).text
