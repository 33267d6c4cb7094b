"""The package as syntax trees, and who inherits from whom: what the house rules are checked on."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

PACKAGE = "acclimate"
SOURCE = Path(__file__).resolve().parents[2] / "src" / PACKAGE


@dataclass(frozen=True)
class Module:
    path: PurePosixPath  # inside the package: masking/word.py
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @property
    def folder(self) -> str:
        return self.path.parts[0] if len(self.path.parts) > 1 else ""

    @property
    def dotted(self) -> str:
        parts = self.path.with_suffix("").parts
        return ".".join((PACKAGE, *(parts[:-1] if parts[-1] == "__init__" else parts)))

    def at(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}"

    def nodes(self, *kinds: type) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def imports(self) -> Iterator[tuple[ast.AST, str, str]]:
        """Give each import's node, the name it binds, and the full dotted name behind it; also those inside functions."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield node, alias.asname or alias.name.split(".")[0], alias.name
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield node, alias.asname or alias.name, f"{self._origin(node)}.{alias.name}"

    def _origin(self, node: ast.ImportFrom) -> str:
        if node.level == 0:
            return node.module or ""
        parts = self.dotted.split(".")
        package = parts if self.path.name == "__init__.py" else parts[:-1]
        return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])


def read_package(source: Path = SOURCE) -> list[Module]:
    return [
        Module(PurePosixPath(path.relative_to(source).as_posix()), path.read_text(encoding="utf-8"))
        for path in sorted(source.rglob("*.py"))
    ]


def dotted_name(node: ast.expr) -> str:
    """Give `a.b.c` for such an expression, without subscripts (`Base[T]` is `Base`), else ""."""
    if isinstance(node, ast.Subscript):
        return dotted_name(node.value)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        front = dotted_name(node.value)
        return f"{front}.{node.attr}" if front else ""
    return ""


class Families:
    """Which classes of the package inherit from which others of the package, re-exports followed."""

    def __init__(self, modules: list[Module]) -> None:
        self.classes: dict[str, tuple[Module, ast.ClassDef]] = {}
        self.names: dict[str, dict[str, str]] = {}
        for module in modules:
            own = {name: target for _, name, target in module.imports()}
            for node in module.nodes(ast.ClassDef):
                assert isinstance(node, ast.ClassDef)
                own[node.name] = f"{module.dotted}.{node.name}"
                self.classes[own[node.name]] = (module, node)
            self.names[module.dotted] = own

    def full_name(self, module: str, name: str) -> str:
        """Give the full name of the class that `name` stands for in `module`."""
        head, _, rest = name.partition(".")
        found = self.names[module].get(head, head)
        found = f"{found}.{rest}" if rest else found
        seen = set()
        while found not in self.classes and found not in seen:  # re-exported: look into the module that it came from
            seen.add(found)
            origin, _, last = found.rpartition(".")
            found = self.names.get(origin, {}).get(last, found)
        return found

    def own_bases(self, name: str) -> list[str]:
        module, node = self.classes[name]
        bases = (self.full_name(module.dotted, dotted_name(base)) for base in node.bases)
        return [base for base in bases if base in self.classes]

    def levels(self, name: str, free: frozenset[str]) -> int:
        """Count the levels of the package's own classes above `name`; those in `free` are no level."""
        if name in free:
            return 0
        return max((1 + self.levels(base, free) for base in self.own_bases(name) if base not in free), default=0)
