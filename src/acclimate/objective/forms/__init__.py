"""How people write down conversations, and how each way becomes a list of messages."""
