"""Rows -> rows: joins, tagged text, cleaning, quality, duplicates, splits, samples, replay. Every drop is counted."""
