"""Rows -> rows: joins, records to tagged text, cleaning, duplicates, splits. Every drop is counted."""
