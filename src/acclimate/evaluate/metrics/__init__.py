"""Scores of what a model answers, one file each."""
