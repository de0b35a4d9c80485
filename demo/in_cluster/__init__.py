"""What the story runs inside the cluster."""
