"""`python -m acclimate`, where the command itself is not on the path."""

from __future__ import annotations

from acclimate.cli.main import main

if __name__ == "__main__":
    main()
