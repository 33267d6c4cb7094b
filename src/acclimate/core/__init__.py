"""The vocabulary that every stage shares; imports nothing of acclimate and no torch."""
