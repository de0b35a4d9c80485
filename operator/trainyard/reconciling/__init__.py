"""What every controller shares: the queue, the cache, one pass, and the executor that writes."""
