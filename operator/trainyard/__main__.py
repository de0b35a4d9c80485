"""`python -m trainyard` runs the operator."""

import sys

from trainyard.main import main

sys.exit(main())
