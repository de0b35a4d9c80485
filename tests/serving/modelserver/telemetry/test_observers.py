"""Everything that is watched, on the page of a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from serving_bundles import Sample
from serving_process import MODEL, REVISION, Client, Running, environment, running

from modelbundle.example import request_inputs
from modelbundle.reference_profile import read_profile

Samples = dict[tuple[str, str, str], float]


def _page(client: Client) -> str:
    return client.get("/metrics").body.decode()


def _samples(page: str) -> Samples:
    """By name, column (feature, output, …) and bin (le, code, …)."""
    found = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            labels = sample.labels
            assert labels["revision"] == REVISION
            column = labels.get("feature", labels.get("output", ""))
            place = labels.get("bin", labels.get("le", labels.get("code", "")))
            found[(sample.name, column, place)] = sample.value
    return found


@pytest.fixture(scope="module")
def fresh(patients_sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server nobody has asked anything, of rows of every kind."""
    environ = environment(patients_sample.directory, patients_sample.digest)
    with running(environ, tmp_path_factory.mktemp("observing") / "stderr") as server:
        yield server


def test_the_page_is_whole_from_the_start_and_counts_what_was_asked(
    fresh: Running, patients_sample: Sample
) -> None:
    """Every series is there before the first request; after the training rows were sent, the live
    bins are the reference, features with missing values and texts included.
    """
    before = _samples(_page(fresh.client))
    live = {"trainyard_feature_bin_total", "trainyard_prediction_bin_total"}
    assert {0.0} == {value for key, value in before.items() if key[0] in live}
    request = {"inputs": request_inputs(patients_sample.rows, patients_sample.signature)}
    assert fresh.client.infer(request).status == 200
    after = _samples(_page(fresh.client))
    assert set(before) == set(after)
    profile = read_profile(patients_sample.directory)
    columns = [("feature", bins) for bins in profile.features]
    columns += [("prediction", bins) for bins in profile.predictions]
    for kind, bins in columns:
        places = [*map(str, range(len(bins.counts))), "missing"]
        for suffix in ("total", "reference"):
            name = f"trainyard_{kind}_bin_{suffix}"
            found = [after[(name, bins.name, place)] for place in places]
            assert [*bins.counts, bins.missing] == found
    assert after[("trainyard_sampled_rows_total", "", "")] == len(patients_sample.rows)
    assert after[("request_predict_seconds_count", "", "")] == 1.0
    assert after[("trainyard_batch_rows_sum", "", "")] == len(patients_sample.rows)
    assert after[("trainyard_requests_in_flight", "", "")] == 0.0


def test_every_metric_says_what_it_is(fresh: Running) -> None:
    """A type and a sentence each, no name twice."""
    families = list(text_string_to_metric_families(_page(fresh.client)))
    assert len(families) == len({family.name for family in families})
    assert [] == [f.name for f in families if f.type == "unknown" or not f.documentation]


def test_bins_can_be_switched_off(tumours_sample: Sample, tmp_path: Path) -> None:
    """Then there are no such series, and everything else is as it was."""
    environ = environment(
        tumours_sample.directory, tumours_sample.digest, TRAINYARD_SAMPLED_ROWS="0"
    )
    with running(environ, tmp_path / "stderr") as server:
        page = _page(server.client)
    assert ("_bin_" in page, "trainyard_batch_rows" in page) == (False, True)


def test_the_access_log_has_a_line_per_prediction(tumours_sample: Sample, tmp_path: Path) -> None:
    """Good and refused ones, with what the client named them; probes and scrapes have none."""
    environ = environment(tumours_sample.directory, tumours_sample.digest, TRAINYARD_ACCESS_LOG="1")
    path = f"/v2/models/{MODEL}/infer"
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    with running(environ, tmp_path / "stderr") as server:
        example = server.client.get(f"/v2/models/{MODEL}/example").document
        server.client.post(path, example, {"x-request-id": "a-7", "traceparent": parent})
        server.client.post(path, {})
        assert "trainyard_access_log_dropped_total" in _page(server.client)
        server.terminate()
        server.process.wait(10)
    lines = [json.loads(line) for line in (tmp_path / "stderr").read_text().splitlines()]
    assert [("POST", path, 200, 1, "a-7", parent), ("POST", path, 400, 0, None, None)] == [
        (x["method"], x["path"], x["status"], x["rows"], x.get("requestId"), x.get("traceparent"))
        for x in lines
    ]
    assert all(0 < line["seconds"] < 10 for line in lines)


def test_spans_are_sent_where_the_environment_says(tumours_sample: Sample, tmp_path: Path) -> None:
    """Nobody listens there: the answer is good, the loss is counted and told."""
    environ = environment(
        tumours_sample.directory,
        tumours_sample.digest,
        TRAINYARD_ACCESS_LOG="1",
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1",
    )
    path = f"/v2/models/{MODEL}/infer"
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    with running(environ, tmp_path / "stderr") as server:
        example = server.client.get(f"/v2/models/{MODEL}/example").document
        reply = server.client.post(path, example, {"traceparent": parent})
        assert (200, parent) == (reply.status, reply.headers["traceparent"])
        server.terminate()
        server.process.wait(10)
    lines = [json.loads(line) for line in (tmp_path / "stderr").read_text().splitlines()]
    assert {"request", "spans-lost"} == {line["event"] for line in lines}
