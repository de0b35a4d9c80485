"""How does the bundle get into the pod? The init container's work, with the store's credentials."""

from __future__ import annotations

from collections.abc import Mapping

from modelbundle.faults import BundleFault, StoreFault
from modelbundle.publishing import fetch
from modelbundle.store import Store, store_of_environment
from modelserver.exits import ExitCode, exit_code_of
from modelserver.settings import SettingsWrong, bundle_settings

_URLS = "file:///path or s3://bucket/prefix"


def fetch_bundle(environ: Mapping[str, str]) -> tuple[ExitCode, str]:
    """The declared bundle lies verified in its directory; returns how it went and a sentence."""
    try:
        settings = bundle_settings(environ)
        store = _store(environ)
        manifest = fetch(store, settings.digest, settings.directory)
    except (SettingsWrong, BundleFault, StoreFault) as fault:
        return exit_code_of(fault), str(fault)
    count = len(manifest.files)
    return ExitCode.DONE, f"fetched {settings.digest}: {count} files, all verified"


def _store(environ: Mapping[str, str]) -> Store:
    try:
        return store_of_environment(environ)
    except ValueError as fault:
        raise SettingsWrong(
            "TRAINYARD_STORE_URL", environ.get("TRAINYARD_STORE_URL"), _URLS
        ) from fault
