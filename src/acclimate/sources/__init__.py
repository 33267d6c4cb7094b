"""A spec -> rows: tables, JSON, text, documents, tagged tokens, Hub data sets, made-up samples; local files and what
fsspec reaches.
"""
