"""The course of the learning rate after warm-up: each a function of the update number, without state."""
