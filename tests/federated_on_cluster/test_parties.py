"""Three parties train one model on the real node, and no row of theirs leaves them.

Started by `make federated`, as root: it listens to what the node's pods send.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cluster.model_yard import Object
from cluster_access import kubeconfig, run
from federated_on_cluster.parties import MARK, RAW, ROUNDS, STORE, WARDS, Parties, begin, parties
from federated_on_cluster.wire import Target, Wire, device_of

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1500)]
DOOR, DISCARD = 9092, 9
CONTROL = "what is said aloud is heard"


@dataclass(frozen=True, slots=True)
class Story:
    """What was seen from the first certificate to the last round."""

    place: Parties
    wire: Wire
    devices: dict[str, str]
    """Of each party's pod, by ward."""
    coordinator: str
    """Address of its pod."""
    copies: list[Path]
    """Files of the coordinator's pod that had a value of the marked row, while it was at work."""
    told: list[Object]
    """`status.rounds`, as it was seen."""
    version: Object
    """The spec of the ModelVersion."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """One SuperNode is killed in the middle of a round, and one party withdraws later on."""
    if os.environ.get("TRAINYARD_KUBECONFIG"):
        pytest.skip("the packets of a cluster of your own do not pass this machine")
    with parties(tmp_path_factory.mktemp("yard")) as place:
        for ward in WARDS:
            place.yard.until(
                f"{ward} has rows",
                lambda s: bool(s.dataset_digest("rows")),
                namespace=place.namespace(ward),
            )
        yield _told(place)


def _told(place: Parties) -> Story:
    with Wire((*MARK.words, CONTROL.encode())) as wire:
        begin(place)
        return _listened(place, wire)


def _listened(place: Parties, wire: Wire) -> Story:
    yard, told = place.yard, list[Object]()

    def told_by(what: str, check: Callable[[Object], bool]) -> None:
        def is_so(_: object) -> bool:
            told.append(place.rounds())
            return check(told[-1])

        yard.until(what, is_so)

    def had(ward: str, *, was_there: bool) -> Callable[[Object], bool]:
        return lambda rounds: was_there is (place.dataset(ward) in _in_newest(rounds))

    told_by("the first rounds are over", lambda rounds: rounds.get("round", 0) >= 1)
    coordinator = place.pod(place.research, "coordinate")
    pods = {ward: place.pod(place.namespace(ward), "participate") for ward in WARDS}
    devices = {ward: device_of(pod["status"]["podIP"]) for ward, pod in pods.items()}
    copies = [*MARK.files(_folder(coordinator))]
    place.says("ward-a", CONTROL, coordinator["status"]["podIP"], DISCARD)
    place.kill("ward-b")
    told_by("a round is over without ward-b", had("ward-b", was_there=False))
    told_by("ward-b is there again", had("ward-b", was_there=True))
    assert told[-1]["round"] < ROUNDS - 2, "the rounds are over before ward-c withdraws"
    place.withdraws("ward-c")
    state = yard.until("the version is accepted", lambda s: s.current("tumours") != {})
    name = state.current("tumours")["name"]
    found = json.loads(yard.kubectl("get", "modelversion", name, "-o", "json"))
    address = coordinator["status"]["podIP"]
    return Story(place, wire, devices, address, copies, told, found["spec"])


def _in_newest(rounds: Object) -> set[str]:
    """Who was in the newest round."""
    return {p["dataset"] for p in rounds.get("participants", ()) if p.get("inNewest")}


def _folder(pod: Object) -> Path:
    """What the node keeps of the pod: its volumes, keys and temporary files among them."""
    return Path(kubeconfig()).parent / "kubelet" / "pods" / str(pod["metadata"]["uid"])


def test_parties_talk_to_the_coordinators_door_and_to_nobody_else(story: Story) -> None:
    """But for asking the cluster for its address. Every connection is TLS, no packet was missed."""
    assert (story.wire.missed, story.wire.packets > 1000) == (0, True)
    door = Target(story.coordinator, "TCP", DOOR)
    for ward, device in story.devices.items():
        sent = story.wire.sent_by(device)
        others = {target for target in sent if target.port not in (53, DISCARD)}
        assert others == {door}, (ward, others)
        beginnings = sent[door].beginnings.values()
        assert {bytes(b[:2]) for b in beginnings} == {b"\x16\x03"}, (ward, beginnings)


def test_far_less_is_sent_than_there_is(story: Story) -> None:
    """What a party sends in all rounds is a small part of what its rows take."""
    door = Target(story.coordinator, "TCP", DOOR)
    for ward, device in story.devices.items():
        folder = story.place.folders[story.place.namespace(ward)]
        size = (folder / RAW / "rows.parquet").stat().st_size
        sent = story.wire.sent_by(device)[door].payload
        assert sent < size / 4, (ward, sent, size)


def test_a_value_of_one_row_is_nowhere_else(story: Story) -> None:
    """In no packet of a pod, in no file of the coordinator's pod, in no volume of another."""
    heard = Target(story.coordinator, "UDP", DISCARD)
    assert story.wire.betrayed == [(heard, CONTROL.encode())], "only the test itself says a word"
    assert story.copies == []
    own = story.place.namespace("ward-a")
    for namespace, folder in story.place.folders.items():
        found = [*MARK.files(folder)]
        if namespace == own:
            kept = {path.relative_to(folder).parts[0] for path in found}
            assert kept == {RAW, STORE}, "the search finds what is there"
        else:
            assert found == []


def test_rounds_survive_a_killed_party_and_one_that_withdraws(story: Story) -> None:
    """Both are told while it goes on, and recorded with the version."""
    record = story.version["federation"]
    found = {party["name"]: party for party in record["participants"]}
    a, b, c = (found[story.place.dataset(ward)] for ward in WARDS)
    assert record["rounds"] == a["rounds"] == ROUNDS
    assert 3 <= b["rounds"] < ROUNDS
    assert 3 <= c["rounds"] < ROUNDS
    assert [bool(party.get("withdrew")) for party in (a, b, c)] == [False, False, True]
    assert sum(party["rows"] for party in (a, b, c)) == story.version["trainRows"]


def test_the_status_tells_the_rounds_while_they_go_on(story: Story) -> None:
    """One after the other, as the fixture awaited them; a part of the run, not of its end."""
    numbers = [one["round"] for one in story.told if one.get("state") == "Training"]
    assert numbers == sorted(numbers)
    assert len({*numbers}) >= 3
    assert "rounds" not in story.place.yard.state().status("TrainingJob", "tumours")


def test_the_card_names_the_parties(story: Story) -> None:
    """As people read it."""
    name = story.place.yard.state().current("tumours")["name"]
    program = (sys.executable, "-m", "trainyardctl", "--kubeconfig", kubeconfig())
    card = run(*program, "-n", story.place.research, "card", f"modelversion/{name}").stdout
    party = next(line for line in card.splitlines() if story.place.dataset("ward-c") in line)
    assert party.endswith("| no: it withdrew |")
    assert "so no epsilon is reported" in card
