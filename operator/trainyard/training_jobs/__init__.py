"""TrainingJob: chooses inputs, runs them, records versions."""
