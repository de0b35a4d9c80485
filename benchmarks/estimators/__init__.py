"""Whether what the real node serves answers as the estimator that was asked for."""
