"""`acclimate init`: from files nobody has described to a commented recipe that runs.

In this order: tables.py (which tables there are) with columns.py (what each column is), keys.py (how
tables belong together), texts.py and events.py (what the recipe does), shares.py (the split), write.py (the YAML).
propose.py brings them together.
"""
