"""A spec -> rows: csv, jsonl, parquet, text, made-up samples; local files and what fsspec reaches."""
