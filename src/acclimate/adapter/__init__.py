"""Model -> model with few trainable weights."""
