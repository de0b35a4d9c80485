"""Captured requests: what comes from the model server, how it is stored, and how it is read."""
