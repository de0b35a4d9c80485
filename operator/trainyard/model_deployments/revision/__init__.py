"""One version with one pod template: its name, and how its pods are."""
