"""How a new version takes over: which starts, what it does next, what becomes of it."""
