"""`python3 -m devcluster`: see `--help`."""

from __future__ import annotations

import sys

from devcluster.command_line import main

sys.exit(main(sys.argv[1:]))
