"""Gates: one file per kind, each of which judges the evidence about a version."""
