"""`acclimate schema`"""

from __future__ import annotations

import typer


def schema() -> None:
    """Print the JSON Schema of a recipe, for editors: `acclimate schema > recipe.schema.json`."""
    import json

    from acclimate.pipeline.schema import recipe_schema

    print(json.dumps(recipe_schema(), indent=2, ensure_ascii=False))


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("schema")(schema)
