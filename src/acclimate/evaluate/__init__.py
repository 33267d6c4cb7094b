"""Model and rows -> scores; the same code before and after; change with paired intervals."""
