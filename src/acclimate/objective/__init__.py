"""How documents become inputs and labels, and which head the model needs."""
