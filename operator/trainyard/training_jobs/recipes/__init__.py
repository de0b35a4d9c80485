"""What makes a model: each kind of recipe says what it is, what the pod is told, what it runs."""
