"""Models that were made up, and a browser, for pictures and tests of the page."""
