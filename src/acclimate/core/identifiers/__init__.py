"""What says who somebody is: in the columns of a table (columns.py) and in free text (spans.py, person_names.py).

kinds.py names the kinds and masks an example; checksums.py checks numbers; dates.py reads and moves dates.
"""
