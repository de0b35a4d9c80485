"""What it costs to score files, beside the same model behind MLflow's pyfunc over data frames."""
