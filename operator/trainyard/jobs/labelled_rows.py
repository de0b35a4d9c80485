"""Where are the labelled rows of a ModelDeployment, below the namespace's part of the store?"""

from __future__ import annotations


def labelled_folder(deployment: str) -> str:
    """Return the folder to which joins of labels write.

    By the deployment's name: who trains on the rows names it, and needs to know nothing else.
    """
    return f"labelled/{deployment}"


def labelled_rows(deployment: str) -> str:
    """Return the path of the rows of the last join."""
    return f"{labelled_folder(deployment)}/rows.parquet"
