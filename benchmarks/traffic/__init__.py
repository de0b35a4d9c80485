"""Users of one model on a real node while releases come and go."""
