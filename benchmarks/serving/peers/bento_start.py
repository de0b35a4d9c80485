"""BentoML's own command, with nothing sent home."""

import os
import sys

os.environ["BENTOML_DO_NOT_TRACK"] = "True"
serve = ["-m", "bentoml", "serve", f"bento_service:{sys.argv[1]}", "--port", sys.argv[2]]
os.execv(sys.executable, [sys.executable, *serve])
