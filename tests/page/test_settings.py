"""What the environment may say."""

from __future__ import annotations

import pytest

from trainyard.settings import SettingsWrong
from trainyardpage.settings import PageSettings, read_page_settings


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """As for the operator."""
    monkeypatch.setenv("TRAINYARD_NAMESPACES", "team-a, team-b,")
    monkeypatch.setenv("TRAINYARD_PAGE_HOSTS", "models.example.org")
    monkeypatch.setenv("TRAINYARD_PAGE_PORT", "9000")
    expected = PageSettings.model_construct(
        namespaces=("team-a", "team-b"), page_hosts=("models.example.org",), page_port=9000
    )
    assert expected == read_page_settings()


@pytest.mark.parametrize(
    ("name", "value"), [("TRAINYARD_PAGE_PORT", "many"), ("TRAINYARD_NAMESPACES", "Team A")]
)
def test_nonsense_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The variable and what was found."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsWrong, match=rf"^{name}: .*{value}"):
        read_page_settings()
