"""BatchPrediction: scores files with an accepted version, part by part."""
