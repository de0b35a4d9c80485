"""A wrong setting is one sentence that says which, what and how."""

from __future__ import annotations

import pytest

from trainyard.installation import BucketStore
from trainyard.settings import Settings, SettingsWrong, read_settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(f"TRAINYARD_{field.upper()}", raising=False)


def test_nothing_has_to_be_set() -> None:
    """The defaults are a whole installation in the whole cluster."""
    settings = read_settings()
    assert ((), "pvc://trainyard-store") == (settings.namespaces, str(settings.artifact_store()))


@pytest.mark.parametrize(
    ("text", "namespaces"),
    [
        pytest.param("", (), id="empty means the whole cluster"),
        pytest.param("a", ("a",), id="one"),
        pytest.param(" a, b,", ("a", "b"), id="several, with spaces and a last comma"),
    ],
)
def test_namespaces_are_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch, text: str, namespaces: tuple[str, ...]
) -> None:
    """As people write lists in environments."""
    monkeypatch.setenv("TRAINYARD_NAMESPACES", text)
    assert namespaces == read_settings().namespaces


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        pytest.param("WORKERS", "many", r"WORKERS: .*integer.*found 'many'", id="no number"),
        pytest.param("PORT", "0", r"PORT: .*greater than or equal to 1, found '0'", id="no port"),
        pytest.param("NAMESPACES", "a,B!", r"NAMESPACES: .*found 'B!'", id="no namespace"),
        pytest.param("LOG_LEVEL", "LOUD", r"LOG_LEVEL: .*WARNING.*found 'LOUD'", id="no level"),
        pytest.param(
            "STORE", "ftp://x", r"STORE: expected pvc://.* or s3://.*found 'ftp://x'", id="no store"
        ),
        pytest.param(
            "PROMETHEUS_URL",
            "https://me:secret@prometheus",
            "PROMETHEUS_URL: credentials belong into the secret of Prometheus.*",
            id="credentials where everybody sees them",
        ),
        pytest.param(
            "IMAGE_PULL_POLICY", "Maybe", r"POLICY: .*'IfNotPresent'.*'Maybe'", id="no policy"
        ),
    ],
)
def test_a_wrong_value_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    """Variable, expectation, what was found; in one line."""
    monkeypatch.setenv(f"TRAINYARD_{name}", value)
    with pytest.raises(SettingsWrong, match=f"^TRAINYARD_[A-Z_]*{sentence}$"):
        read_settings()


def test_the_installation_is_what_manifests_may_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of Prometheus only that there is one."""
    monkeypatch.setenv("TRAINYARD_STORE", "s3://bucket")
    monkeypatch.setenv("TRAINYARD_STORE_REGION", "eu")
    monkeypatch.setenv("TRAINYARD_PROMETHEUS_URL", "http://prometheus:9090")
    installation = read_settings().to_installation()
    assert (BucketStore("bucket", region="eu"), True, "default") == (
        installation.store,
        installation.has_prometheus,
        installation.id,
    )


def test_every_setting_is_documented() -> None:
    """The sentence below each field is what the user guide shows."""
    assert [] == [name for name, field in Settings.model_fields.items() if not field.description]
