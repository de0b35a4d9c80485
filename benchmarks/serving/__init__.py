"""Ours and the peers, side by side, on one core."""
