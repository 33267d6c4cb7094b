"""The only folder that knows all stages."""
