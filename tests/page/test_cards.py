"""The model card of what serves, on the page of its model."""

from __future__ import annotations

from a_namespace import Raw, deployment, job, namespace, releasing
from a_recorded_version import JOB, VERSION

from trainyardctl.snapshot import Snapshot
from trainyardpage.cards import Cards, cards_of
from trainyardpage.loop import related
from trainyardpage.one_model import one_model
from trainyardpage.pages import model_page

ANALYSIS = VERSION["spec"]["quantitativeAnalysis"]


def analysed(serving: Raw, **said: str) -> Snapshot:
    """Return the namespace in which one version was looked at, and its people said this."""
    found = namespace(serving)
    first, second = found.of("ModelVersion")
    first = {**first, "spec": {**first["spec"], "quantitativeAnalysis": ANALYSIS}}
    made = job()
    made["spec"]["card"] = {**JOB["spec"]["card"], **said}
    objects = {
        "ModelVersion": (first, second),
        "ModelDeployment": (serving,),
        "TrainingJob": (made,),
    }
    return Snapshot("models", objects)


def cards(snapshot: Snapshot) -> Cards:
    """Return what is shown of the namespace's deployment."""
    (serving,) = snapshot.of("ModelDeployment")
    return cards_of(related(snapshot, serving), snapshot)


def test_the_version_that_serves_has_its_pictures_and_groups() -> None:
    """The canary was not looked at, so it has none."""
    found = cards(analysed(releasing()))
    (card,) = found.cards
    assert ("stable", "wine-a", 2) == (card.role, card.version, len(card.pictures))
    assert [("region: north", "0.88", "0.76 – 0.95", "50")] == [
        (line.of, line.value, line.interval, line.rows) for line in card.groups[:1]
    ]
    assert "region: north and south" == card.groups[1].of
    assert ("Owners", "cellar team, ada@example.org") in found.people


def test_nothing_that_an_object_says_is_markup() -> None:
    """Neither a column's name in a picture nor what people say."""
    snapshot = analysed(deployment(), limitations="<script>alert(1)</script>")
    model = one_model(snapshot, "wine")
    assert model is not None
    html = model_page(model, ())
    assert 'a&lt;b &amp; "c"' in html
    assert "<script>alert" not in html
    assert "<svg" in html
    assert '<a href="#model-card">' in html


def test_without_a_card_there_is_no_section() -> None:
    """As with versions from before."""
    snapshot = namespace(deployment())
    model = one_model(snapshot, "wine")
    assert model is not None
    assert Cards((), ()) == model.cards
    assert "Model card" not in model_page(model, ())
