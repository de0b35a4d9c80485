"""ModelDeployment: serve, release step by step, judge, roll back."""
