"""Proof -> one HTML file, Markdown, JSON, model card. No network, and nothing of anybody's data in what is shared."""
