"""Jobs that our slices start: how they are rendered, and how their outcome is read."""
