"""What every controller shares: the queue, the cache, one pass, and the hand that writes."""
