"""What runs in the Jobs of Trainyard: ingest data, train, grade and publish models."""
