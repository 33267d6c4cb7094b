"""Writes the generated parts of the docs: `python tools/generate_docs.py`, or with `--check` only says which are stale.

A generated part stands in a page between `<!-- generated: NAME -->` and `<!-- end -->`; BLOCKS says what each NAME is
made from, PAGES which page holds which. What is around the markers is written by hand and stays.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import results as measured
import task_results
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from acclimate.cli.main import app
from acclimate.core.families import FAMILIES
from acclimate.core.method import Family, Method, Section
from acclimate.core.registry import resolve
from acclimate.pipeline.argument_table import argument_table
from acclimate.pipeline.recipe import Recipe
from acclimate.pipeline.stages import PER_PHASE, STAGES, folder_name

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "acclimate"
KINDS: dict[Any, str] = {str: "text", bool: "true, false", tuple: "a list", dict: "a mapping"}

Table = Sequence[tuple[str, ...]]


def stages() -> str:
    """Give the table of stages (pipeline/stages.py)."""
    rows = [(f"`{stage.folder}/`", stage.takes, stage.gives, stage.network) for stage in STAGES]
    return table(("folder", "takes", "gives", "reaches the network"), rows)


def run_folders() -> str:
    """Give the names of the folders of a run of one phase, `adapt`; the reports lie at the root."""
    names = [folder_name(stage, "adapt", ["adapt"]) for stage in (*PER_PHASE, "evaluate")]
    return ", ".join(f"`{name}/`" for name in names)


def sections() -> str:
    """Give the options of each section of a recipe, found by walking from Recipe through its fields."""
    parts = []
    for place, kind in walk(Recipe, ""):
        parts += [f"### {f'`{place}`' if place else 'The top of a recipe'}", summary(kind), options(kind)]
    return "\n\n".join(parts)


_OWN = "A class of your own: [docs/own_code.md](own_code.md)."


def methods() -> str:
    """Give each family's methods with their options, and those of the sections inside them."""
    parts = []
    for family, names in FAMILIES.items():
        parts += [f"## {family}", ", ".join(f"`{name}`" for name in names) or _OWN]
        for name in names:
            kind = resolve(family, name)
            path = f"{kind.__module__.replace('.', '/')}.py"
            parts += [f"### {family}: `{name}`", summary(kind)]
            parts.append(f"When to use: {sentence(when_to_use(kind))}")
            if issubclass(kind, Method):
                parts.append(options(kind))
                for _, inner in list(walk(kind, ""))[1:]:
                    parts += [f"`{inner.__name__}`: {summary(inner)}", options(inner)]
            parts.append(f"Code: [{path}](../src/{path})")
    return "\n\n".join(part for part in parts if part)


def aliases() -> str:
    """Give the table of other tools' names for options (pipeline/argument_table.py), without those that are alike."""
    rows = [
        (f"`{name}`", f"`{key}`" if "." in key and " " not in key else key, f"`{value}`" if value else "–")
        for name, key, value in argument_table()
        if name != key.rpartition(".")[2]
    ]
    return table(("written", "understood as", "default here"), rows)


def commands() -> str:
    """Give the help of each command of the command line, as plain text."""
    import typer

    group: Any = typer.main.get_command(app)
    parts = []
    for name, command in group.commands.items():
        command.rich_markup_mode = None
        context = typer.Context(command, info_name=f"acclimate {name}", terminal_width=100, max_content_width=100)
        parts.append(f"## acclimate {name}\n\n```text\n{command.get_help(context).rstrip()}\n```")
    return "\n\n".join(parts)


def tree() -> str:
    """Give the package's folders, stages first and in the order of the flow, each with what its `__init__` says."""
    flow = [stage.folder for stage in STAGES]
    folders = sorted(path.parent for path in SOURCE.glob("*/__init__.py"))
    folders.sort(key=lambda folder: flow.index(folder.name) if folder.name in flow else len(flow))
    width = max(len(folder.name) for folder in folders) + 3
    lines = [f"  {folder.name + '/':{width}}{first_sentence(folder / '__init__.py')}" for folder in folders]
    return "\n".join(["```text", "src/acclimate/", *lines, "```"])


def promises() -> str:
    """Give the promises: the number in the name of each file in tests/promises, and the first paragraph of its docstring."""
    rows = []
    for path in sorted((ROOT / "tests" / "promises").glob("test_[0-9]*_*.py")):
        number = int(path.name.split("_")[1])
        first = " ".join(docstring(path).split("\n\n")[0].split())
        rows.append((str(number), sentence(first), f"[test]({path.relative_to(ROOT).as_posix()})"))
    return table(("", "promise", "proof"), sorted(rows, key=lambda row: int(row[0])))


def recipes() -> str:
    """Give the recipes, each with what its first line says: `# recipes/NAME.yaml: what it does.    the command`."""
    rows = []
    for path in sorted((ROOT / "recipes").glob("*.yaml")):
        name = path.relative_to(ROOT).as_posix()
        first = re.match(rf"# {re.escape(name)}: (.+?)(?:\s{{2,}}.*)?\n", path.read_text(encoding="utf-8"))
        if not first:
            raise SystemExit(f"{name}: no first line\n  do: begin it with `# {name}: what it does.`")
        rows.append((f"[{path.name}]({name})", sentence(first[1])))
    return table(("recipe", "what it does"), rows)


def speed() -> str:
    """Give the table of benchmarks/results/speed.json, which `make bench` writes; none if the machine was busy then."""
    measured = json.loads((ROOT / "benchmarks" / "results" / "speed.json").read_text(encoding="utf-8"))
    machine = measured["machine"]
    if machine["load_before"] > 0.5:
        return f"Not shown: the last measurement ran beside other work (load {machine['load_before']})."
    rows = []
    for size in measured["sizes"]:
        for way in size["ways"]:
            label = f"{size['layers']} layers, hidden {size['hidden']}"
            rows.append((label, way["what"], f"{way['tokens_per_second']:,.0f}", f"{way['ratio']:.1f}"))
    about = (
        f"{machine['processor']}, {machine['threads']} threads, torch {machine['versions']['torch']}, {machine['date']}"
    )
    return f"{table(('BERT', 'an update', 'real tokens/s', 'times plain'), rows)}\n\n{sentence(about)}."


def architectures() -> str:
    """Give the table of tests/architectures.json, which tests/numbers/test_architectures.py holds to what it measures."""
    found = json.loads((ROOT / "tests" / "architectures.json").read_text(encoding="utf-8"))
    rows = [
        (
            f"`{one['architecture']}`",
            one["head"],
            sentence(one["way"]),
            f"{one['logits']:.0e}",
            f"{one['gradient']:.0e}",
        )
        for one in found
    ]
    return table(("architecture", "head", "way", "logits", "gradient"), rows)


def results() -> str:
    """Give the table of the runs in benchmarks/results/runs, which tools/results.py keeps."""
    return measured.short(table)


def tasks() -> str:
    """Give the table of benchmarks/results/tasks, which `python -m benchmarks.tasks` writes."""
    return task_results.task_table(table)


def every_result() -> str:
    """Give every score of these runs."""
    return measured.full(table)


MAKERS = (
    architectures,
    stages,
    run_folders,
    sections,
    methods,
    aliases,
    commands,
    tree,
    promises,
    recipes,
    speed,
    results,
    tasks,
    every_result,
)
BLOCKS: dict[str, Callable[[], str]] = {maker.__name__: maker for maker in MAKERS}
PAGES = {
    "README.md": ("recipes", "results", "tasks", "speed", "promises", "tree"),
    "ARCHITECTURE.md": ("stages", "run_folders"),
    "docs/architectures.md": ("architectures",),
    "docs/options.md": ("sections", "methods", "aliases"),
    "docs/commands.md": ("commands",),
    "docs/results.md": ("every_result",),
}


def table(heads: tuple[str, ...], rows: Table) -> str:
    """Give a Markdown table."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def sentence(text: str) -> str:
    """Give a text as Markdown that shows it as it is; what stands between backticks is code already."""
    pieces = " ".join(text.split()).split("`")
    pieces[::2] = [re.sub(r"([\\*<|])", r"\\\1", piece) for piece in pieces[::2]]
    pieces[1::2] = [piece.replace("|", "\\|") for piece in pieces[1::2]]
    return "`".join(pieces)


def docstring(path: Path) -> str:
    """Give a module's docstring without importing it."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not text:
        raise SystemExit(f"{path.relative_to(ROOT)}: no docstring\n  do: say in one line what it holds")
    return text


def first_sentence(path: Path) -> str:
    """Give the first sentence of a module's docstring."""
    return re.split(r"(?<=\.)\s", " ".join(docstring(path).split()))[0]


def summary(kind: type) -> str:
    """Give the first paragraph of a class's docstring."""
    return sentence((kind.__doc__ or "").strip().split("\n\n")[0])


def when_to_use(kind: type) -> str:
    """Give what a method's docstring says under "When to use:"."""
    until = r"\n\s*\n|\n\s*Source:|\Z"
    found = re.search(rf"^\s*When to use:(.*?)(?:{until})", kind.__doc__ or "", flags=re.DOTALL | re.MULTILINE)
    return found.group(1) if found else ""


def walk(kind: type[BaseModel], place: str, seen: set[type] | None = None) -> Iterator[tuple[str, type[BaseModel]]]:
    """Give a section and every section inside it, each once, with its dotted place in a recipe."""
    seen = {kind} if seen is None else seen
    yield place, kind
    for name, field in kind.model_fields.items():
        for inner in classes(field.annotation):
            if inner not in seen:
                seen.add(inner)
                yield from walk(inner, f"{place}.{name}".lstrip("."), seen)


def classes(annotation: Any) -> Iterator[type[BaseModel]]:
    """Give the sections that stand anywhere in a type."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from classes(part)


def options(kind: type[BaseModel]) -> str:
    """Give the table of a section's or method's options."""
    rows = []
    for name, field in kind.model_fields.items():
        extra = field.json_schema_extra
        unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
        rows.append((f"`{name}`", default(field), sentence(unit), allowed(field), sentence(field.description or "")))
    return table(("option", "default", "unit", "range", "what"), rows) if rows else "No options."


def default(field: FieldInfo) -> str:
    """Give an option's default as it would be written in a recipe."""
    if field.is_required():
        return "required"
    if isinstance(field.default, BaseModel):
        return "its defaults"
    value = list(field.default) if isinstance(field.default, tuple) else field.default
    written = yaml.safe_dump(value, default_flow_style=True, width=1000, allow_unicode=True).removesuffix("...\n")
    return f"`{written.strip()}`" if value is not None else "–"


def allowed(field: FieldInfo) -> str:
    """Give the values an option may have: bounds, choices, the family it comes from, else what kind of value it is."""
    found = [*inside(field.annotation), *field.metadata]
    kinds = list(dict.fromkeys(kind for kind in alternatives(field.annotation) if kind is not NoneType))
    family = next((one for one in found if isinstance(one, Family)), None)
    if family:
        return f"{'methods' if tuple in kinds else 'a method'} of {family.family}"
    choices = next((get_args(one) for one in found if get_origin(one) is Literal), ())
    if choices:
        return ", ".join(f"`{choice}`" if choice else "empty" for choice in choices)
    signs = (("gt", "&gt;"), ("ge", "≥"), ("lt", "&lt;"), ("le", "≤"))
    bounds = [f"{sign} {getattr(one, key):,.12g}" for one in field.metadata for key, sign in signs if hasattr(one, key)]
    return " and ".join(bounds) or " or ".join(KINDS.get(kind, "a section") for kind in kinds)


def alternatives(annotation: Any) -> Iterator[Any]:
    """Give the plain types that a type allows at its top."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in {Union, UnionType}:
        for part in get_args(annotation):
            yield from alternatives(part)
    else:
        yield get_origin(annotation) or annotation


def inside(annotation: Any) -> Iterator[Any]:
    """Give a type and everything it is made of."""
    yield annotation
    if get_origin(annotation) is not Literal:
        for part in (*get_args(annotation), *getattr(annotation, "__metadata__", ())):
            yield from inside(part)


def renewed(page: str, text: str) -> str:
    """Give a page with its generated parts made anew. Raises: SystemExit if a part has no place in it."""
    for name in PAGES[page]:
        marked = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", flags=re.DOTALL)
        found = marked.search(text)
        if not found:
            raise SystemExit(f"{page}: no place for {name!r}\n  do: write <!-- generated: {name} -->, <!-- end -->")
        text = "".join((text[: found.end(1)], f"\n{BLOCKS[name]()}\n\n", text[found.start(2) :]))
    return text


def main() -> int:
    """Write the pages that changed, or with --check name them and give 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a page is stale")
    only_check = parser.parse_args().check
    stale = []
    for page in PAGES:
        path = ROOT / page
        old = path.read_text(encoding="utf-8")
        new = renewed(page, old)
        if new != old:
            stale.append(page)
            if not only_check:
                path.write_text(new, encoding="utf-8")
    for page in stale:
        print(f"{page}: {'the generated parts are stale' if only_check else 'written'}")
    if stale and only_check:
        print("  do: make docs")
    return 1 if stale and only_check else 0


if __name__ == "__main__":
    sys.exit(main())
