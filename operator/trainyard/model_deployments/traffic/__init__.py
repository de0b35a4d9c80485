"""How requests reach the revisions: one small protocol, one file per way."""
