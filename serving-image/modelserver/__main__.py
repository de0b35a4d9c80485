"""`python -m modelserver` serves; `python -m modelserver fetch` is its init container."""

from __future__ import annotations

import os
import sys
import traceback

# Before numpy is imported: one core, one thread, whatever the node has.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
# Before grpc is: its library in C++ has lines of its own for what clients do wrong.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from modelbundle.faults import BundleFault  # noqa: E402
from modelserver.exits import ExitCode, exit_code_of, last_words  # noqa: E402
from modelserver.settings import SettingsWrong, server_settings  # noqa: E402


def main(arguments: list[str]) -> ExitCode:
    """Runs the verb; returns how the process should exit."""
    try:
        if arguments == ["fetch"]:
            from modelserver.fetching import fetch_bundle  # noqa: PLC0415  (a server needs no store)

            code, message = fetch_bundle(os.environ)
            last_words(message)
            return code
        if arguments:
            last_words(f"unknown verb {arguments[0]!r}; use fetch, or none to serve")
            return ExitCode.SETTINGS_WRONG
        return _serve()
    except Exception:  # noqa: BLE001  (the last door: say what happened, exit as a machine fault)
        last_words(traceback.format_exc()[-1000:])
        return ExitCode.UNEXPECTED


def _serve() -> ExitCode:
    from modelserver.startup import ready_model  # noqa: PLC0415  (fetching needs no numpy)

    try:
        settings = server_settings(os.environ)
        model = ready_model(settings.bundle)
    except (SettingsWrong, BundleFault) as fault:
        last_words(str(fault))
        return exit_code_of(fault)
    from modelserver.serving import serve  # noqa: PLC0415  (a refusal needs no web server)

    serve(settings, model)
    return ExitCode.DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
