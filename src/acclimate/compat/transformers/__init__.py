"""Third-party internals of transformers: attention over flat rows, the sparse head, loading, resizing."""
