"""What a stranger meets who types the tutorial: how many commands, and how long they take."""
