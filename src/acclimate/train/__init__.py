"""The loop and only the loop."""
