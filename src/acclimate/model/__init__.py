"""A name -> model and tokenizer; new rows; precision."""
