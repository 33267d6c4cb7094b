"""Two small base models with their tokenizer, for work with no network."""
