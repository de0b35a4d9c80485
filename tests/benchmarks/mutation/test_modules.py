"""Which modules are measured."""

from __future__ import annotations

from benchmarks.mutation.modules import ROOT, modules


def test_every_deciding_module_has_tests_of_its_own() -> None:
    """Those that are measured exist, and so do their tests."""
    found = modules()
    assert len(found) >= 25
    assert all((ROOT / module.path).is_file() for module in found)
    assert [] == [str(module.path) for module in found if not module.tests]
    assert all((ROOT / test).is_file() for module in found for test in module.tests)


def test_a_word_picks_modules() -> None:
    """By any part of their path."""
    assert ["limits.py"] == [module.path.name for module in modules(["training_jobs/limits"])]
    assert {"model_versions"} == {module.path.parts[2] for module in modules(["gates"])}
