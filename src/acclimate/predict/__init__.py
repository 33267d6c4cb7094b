"""Model and rows -> labels, spans, texts: what predict, evaluate and serve share."""
