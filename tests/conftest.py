"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import settings

# Tests that load ONNX Runtime themselves report nothing either.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("exploring", derandomize=False, deadline=None)
settings.load_profile("exploring" if os.environ.get("TRAINYARD_EXPLORE") else "repeatable")
