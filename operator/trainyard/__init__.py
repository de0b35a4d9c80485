"""Trainyard: one operator for the whole life of models."""
