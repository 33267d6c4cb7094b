"""The only place with version checks and third-party internals; one file or folder a library."""
