"""`python -m trainyardpage` serves the page."""

import sys

from trainyardpage.main import main

sys.exit(main())
