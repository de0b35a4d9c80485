"""How a canary is judged: three answers, by counts of the same minutes."""
