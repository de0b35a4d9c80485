"""What every tracker of experiments can do; a file beside this one for each kind."""

from __future__ import annotations

from typing import Protocol

from trainyard.tracked import Tracked


class Tracker(Protocol):
    """Servers of one kind, by the names that the installation gives them."""

    async def record(self, server: str, tracked: Tracked) -> None:
        """The server holds it as it is now, however often this is called.

        Raises NotDelivered, which says why without the server's address; RefusedForGood where it
        will never take this one.
        """
        ...
