"""What captures cost, and whether any row is lost without being counted."""
