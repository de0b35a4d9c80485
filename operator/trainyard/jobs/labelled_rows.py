"""Where are the labelled rows of a ModelDeployment, below the namespace's part of the store?

By its uid: another cluster over the same part of the store, or a deployment that is created again,
may have one of the same name.
"""

from __future__ import annotations

from trainyard.objects import RawObject


def labelled_folder(uid: str) -> str:
    """Return the folder to which joins of labels write."""
    return f"labelled/{uid}"


def former_folder(deployment: str) -> str:
    """Return the folder to which joins wrote before they went by uid."""
    return f"labelled/{deployment}"


def last_folder(deployment: RawObject) -> str:
    """Return where the rows of the deployment's last join are, or will be when there was none."""
    join = deployment.get("status", {}).get("labelJoin") or {}
    if join.get("last") and not join.get("folder"):
        return former_folder(deployment["metadata"]["name"])
    return str(join.get("folder") or labelled_folder(deployment["metadata"]["uid"]))


def labelled_rows(folder: str) -> str:
    """Return the path of the rows of the last join that wrote there."""
    return f"{folder}/rows.parquet"
