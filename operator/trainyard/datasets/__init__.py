"""Dataset: looks at its source and keeps the versions found."""
