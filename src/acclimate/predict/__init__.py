"""Model and rows -> labels, spans, texts; prompts -> texts: what predict, evaluate and serve share."""
