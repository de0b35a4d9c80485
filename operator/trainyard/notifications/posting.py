"""How is a notification posted?"""

from __future__ import annotations

from trainyard.clients.webhooks import Webhooks
from trainyard.notifications.notification import Notification


async def post(webhooks: Webhooks, receiver: str, notification: Notification) -> None:
    """Tell the receiver; raises NotDelivered."""
    await webhooks.post(receiver, notification.body, notification.content_type)
