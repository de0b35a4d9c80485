"""ModelVersion: judges a version by the gates of its TrainingJob."""
