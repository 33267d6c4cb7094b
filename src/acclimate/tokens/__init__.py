"""Rows -> examples -> batches."""
