"""What runs with no network: made-up records, and general passages written for the purpose."""
