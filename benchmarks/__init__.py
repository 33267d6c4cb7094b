"""Measurements whose results stand in benchmarks/results, repeatable with `make bench`."""
