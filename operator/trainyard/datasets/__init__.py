"""Dataset: refreshes from its source and keeps the versions found."""
