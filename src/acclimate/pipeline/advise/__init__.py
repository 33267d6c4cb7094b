"""`acclimate advise`: whether a model has to be adapted to some data at all, found out without training.

In this order: domain.py (which rows, general text beside them, labels), words.py (how the tokenizer cuts the domain's
words), surprise.py (bits per byte, domain against general), labels.py with features.py and shots.py (how far a label is
predicted by simple means and by the frozen model), cost.py (time and memory here), recommend.py (what follows: all
thresholds and their reasons stand there), page.py (terminal, advise.html, advise.json). advise.py brings them together.
"""
