"""Which tokens of a document belong together, and which of them are hidden."""
