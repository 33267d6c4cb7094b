"""Docs say what the code does: generated parts are current, recipes are valid, links lead somewhere, options are read."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from pydantic import BaseModel

from acclimate.core.families import FAMILIES
from acclimate.core.method import Method, Section
from acclimate.core.recipe import parse_yaml
from acclimate.core.registry import resolve
from acclimate.pipeline.recipe import Recipe, read_recipe
from tests.contracts.source_tree import Module, dotted_name, read_package

ROOT = Path(__file__).resolve().parents[2]
RECIPES = sorted((ROOT / "recipes").glob("*.yaml"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# Options that nothing has to read, each with the reason why it exists all the same.
NOT_READ = {
    "Model.use_fast_tokenizer": "only true is allowed; who writes false is told why",
    "Model.trust_remote_code": "only false is allowed; who writes true is told why",
}


def generate(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/generate_docs.py", *options]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)


def test_generated_docs_are_current() -> None:
    done = generate(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stale_page_is_named(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    for name in (
        "README.md",
        "ARCHITECTURE.md",
        "docs/options.md",
        "docs/commands.md",
        "docs/architectures.md",
        "docs/results.md",
        "tools/generate_docs.py",
        "tools/results.py",
        "tools/task_results.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    for name in ("src", "recipes", "tests", "benchmarks"):
        (tmp_path / name).symlink_to(ROOT / name)
    page = tmp_path / "docs" / "options.md"
    page.write_text(page.read_text(encoding="utf-8").replace("| `r` | `8` |", "| `r` | `9` |"), encoding="utf-8")
    checked, written = generate(tmp_path, "--check"), generate(tmp_path)
    assert (checked.returncode, written.returncode) == (1, 0), written.stderr
    assert checked.stdout == "docs/options.md: the generated parts are stale\n  do: make docs\n"
    assert page.read_bytes() == (ROOT / "docs" / "options.md").read_bytes()


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_a_recipe_is_valid_and_named_after_its_file(path: Path) -> None:
    recipe, understood = read_recipe(path)
    assert recipe.name == path.stem
    assert not understood, "recipes of the house use the options' own names"


def yaml_blocks() -> list[Any]:
    found = [(page, block) for page in PAGES for block in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)]
    return [pytest.param(block, id=f"{page.name}-{number}") for number, (page, block) in enumerate(found)]


@pytest.mark.parametrize("block", yaml_blocks())
def test_a_recipe_in_the_docs_is_valid(block: str) -> None:
    recipe, _ = read_recipe(parse_yaml(block, "docs"))
    assert block.startswith(f"# {recipe.name}.yaml")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s#]+)", page.read_text(encoding="utf-8"))
    dead = [one for one in targets if "://" not in one and not (page.parent / one).exists()]
    assert not dead


# --- promise 17: every documented option is read by something ---------------------------------------------------------


def sections_of(kind: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Give a section or method and the sections in its fields' types, each once."""
    seen.add(kind)
    yield kind
    waiting: list[Any] = [field.annotation for field in kind.model_fields.values()]
    while waiting:
        one = waiting.pop()
        waiting.extend(getattr(one, "__args__", ()))
        if isinstance(one, type) and issubclass(one, Section) and one not in seen:
            yield from sections_of(one, seen)


@cache
def every_section() -> list[type[BaseModel]]:
    seen: set[type[BaseModel]] = set()
    methods = [resolve(family, name) for family, names in FAMILIES.items() for name in names]
    starts = [Recipe, *(kind for kind in methods if issubclass(kind, Method))]
    return [kind for start in starts if start not in seen for kind in sections_of(start, seen)]


@cache
def annotations(module: Module) -> list[tuple[str, str]]:
    """Give each name that a module annotates (parameters, variables, fields of classes), with its annotation."""
    found = []
    for node in module.nodes(ast.arg, ast.AnnAssign):
        if node.annotation:
            name = node.arg if isinstance(node, ast.arg) else dotted_name(node.target).rpartition(".")[2]
            found.append((name, ast.unparse(node.annotation)))
    return found


def names_of(module: Module, kind: str) -> Iterator[str]:
    """Give the names that a module annotates with a class."""
    for name, annotation in annotations(module):
        if kind in annotation and re.search(rf"\b{kind}\b", annotation):
            yield name


def reads(modules: list[Module], kind: type[BaseModel]) -> set[str]:
    """Give what is read of a class: attributes of `self` inside it, of names that are annotated with it in the same
    folder, and of the recipe's fields that hold it (`phase.train.seed`).
    """
    fields = {name for holder in every_section() for name, field in holder.model_fields.items()
              if kind in (field.annotation, *getattr(field.annotation, "__args__", ()))}  # fmt: skip
    names: dict[str, set[str]] = {}
    for module in modules:
        names.setdefault(module.folder, set(fields)).update(names_of(module, kind.__name__))
    found = set()
    for module in modules:
        own = {"self"} if module.dotted == kind.__module__ else set()
        found |= {name for name, holders in attributes(module) if holders & (names[module.folder] | own)}
    return found


@cache
def attributes(module: Module) -> list[tuple[str, set[str]]]:
    """Give each attribute that a module reads, with the last name of what it is read from."""
    nodes = [node for node in module.nodes(ast.Attribute) if isinstance(node, ast.Attribute)]
    return [(node.attr, last_names(node.value)) for node in nodes if isinstance(node.ctx, ast.Load)]


def last_names(node: ast.expr) -> set[str]:
    """Give {"evaluate"} for `phase.evaluate` and for `phase.evaluate or recipe.evaluate`."""
    parts = node.values if isinstance(node, ast.BoolOp) else [node]
    return {dotted_name(part).rpartition(".")[2] for part in parts} - {""}


def unread(modules: list[Module], kinds: list[type[BaseModel]]) -> list[str]:
    found = []
    for kind in kinds:
        read = reads(modules, kind)
        found += [f"{kind.__name__}.{name}" for name in kind.model_fields if name not in read]
    return found


def test_every_option_is_read() -> None:
    assert unread(read_package(), every_section()) == list(NOT_READ)


class Shown(Section):
    used: int = 1
    lent: int = 2
    idle: int = 3


def test_an_option_that_nothing_reads_is_found() -> None:
    own = Module(
        PurePosixPath("contracts/a.py"), "def one(shown: Shown | None):\n    shown.idle = 3\n    return shown.used"
    )
    far = Module(
        PurePosixPath("other/b.py"), "def two(shown: int, many: list[Shown]):\n    return shown.idle + many[0].lent"
    )
    assert unread([own, far], [Shown]) == ["Shown.idle"]
