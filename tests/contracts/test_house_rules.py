"""The house rules of CONTRIBUTING.md over all of src/acclimate, and each rule tried on code that breaks it."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import pytest

from tests.contracts.source_tree import Families, Module, dotted_name, read_package

FILE_LINES, FUNCTION_LINES, PARAMETERS, COMMAND_LINES = 300, 60, 7, 79
SAYS_NOTHING = {"utils", "util", "common", "helpers", "helper", "constants"}
PICKLES = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
RUNS_DATA = {"eval", "exec"}
READS_CODE = {"torch.load", "yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "pandas.read_pickle"}
NETWORK = ("requests", "urllib.request", "urllib3", "http.client", "httpx", "aiohttp", "socket", "huggingface_hub")
MAY_REACH_THE_NETWORK = re.compile(r"sources/.*|model/load[^/]*\.py|compat/.*|cli/fetch[^/]*\.py")
NO_LEVEL = frozenset({"acclimate.core.method.Method", "acclimate.core.method.Section"})

Faults = Iterator[str]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def files_are_short(module: Module) -> Faults:
    lines = len(module.text.splitlines())
    if lines > FILE_LINES:
        yield f"{module.path}: {lines} lines, at most {FILE_LINES}"


def functions_are_short(module: Module) -> Faults:
    for node in module.nodes(*FUNCTIONS):
        lines = node.end_lineno - node.lineno + 1
        if lines > FUNCTION_LINES:
            yield f"{module.at(node)}: {node.name} has {lines} lines, at most {FUNCTION_LINES}"


def functions_take_few_parameters(module: Module) -> Faults:
    for node in module.nodes(*FUNCTIONS):
        taken = node.args
        names = [each.arg for each in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs, taken.vararg) if each]
        count = len(names) - (names[:1] in (["self"], ["cls"]))
        if count > PARAMETERS and module.folder != "compat":
            yield f"{module.at(node)}: {node.name} has {count} parameters, at most {PARAMETERS}"


def names_say_something(module: Module) -> Faults:
    for part in module.path.with_suffix("").parts:
        if part.strip("_") in SAYS_NOTHING:
            yield f"{module.path}: {part!r} says nothing about what is inside"


def parameters_are_named(module: Module) -> Faults:
    for node in module.nodes(*FUNCTIONS, ast.Lambda):
        if node.args.kwarg and module.folder != "compat":
            yield f"{module.at(node)}: **{node.args.kwarg.arg} outside compat/"


def only_commands_print(module: Module) -> Faults:
    for node in module.nodes(ast.Call):
        if dotted_name(node.func) == "print" and module.folder != "cli":
            yield f"{module.at(node)}: print( outside cli/"


def nothing_is_asserted(module: Module) -> Faults:
    for node in module.nodes(ast.Assert):
        yield f"{module.at(node)}: assert; raise an error that says what to do"


def data_is_never_executed(module: Module) -> Faults:
    bound = {}
    for node, name, target in module.imports():
        bound[name] = name if target.startswith(f"{name}.") else target  # `import a.b` binds a
        if target.split(".")[0] in PICKLES or target in READS_CODE:
            yield f"{module.at(node)}: import of {target}"
    for node in module.nodes(ast.Call):
        head, _, rest = dotted_name(node.func).partition(".")
        called = f"{bound.get(head, head)}.{rest}" if rest else head
        if called in RUNS_DATA | READS_CODE:
            yield f"{module.at(node)}: {called}("
    settings = [(node, node.arg, node.value) for node in module.nodes(ast.keyword)]
    for node in module.nodes(ast.Dict):
        settings += [
            (node, key.value, value) for key, value in zip(node.keys, node.values, strict=True) if is_text(key)
        ]
    for node, name, value in settings:
        if name in {"trust_remote_code", "allow_pickle"} and isinstance(value, ast.Constant) and value.value is True:
            yield f"{module.at(node)}: {name}=True"


def is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def commands_are_short(module: Module) -> Faults:
    lines = len(module.text.splitlines())
    if module.folder == "cli" and lines > COMMAND_LINES:
        yield f"{module.path}: {lines} lines, at most {COMMAND_LINES}"


def network_is_reached_from_few_places(module: Module) -> Faults:
    if MAY_REACH_THE_NETWORK.fullmatch(str(module.path)):
        return
    for node, _, target in module.imports():
        if any(f"{target}.".startswith(f"{name}.") for name in NETWORK):
            yield f"{module.at(node)}: import of {target}"


RULES: list[Callable[[Module], Faults]] = [
    files_are_short,
    functions_are_short,
    functions_take_few_parameters,
    names_say_something,
    parameters_are_named,
    only_commands_print,
    nothing_is_asserted,
    data_is_never_executed,
    commands_are_short,
    network_is_reached_from_few_places,
]


def deep_classes(modules: list[Module]) -> list[str]:
    families = Families(modules)
    deep = [(name, families.levels(name, NO_LEVEL)) for name in families.classes]
    return [f"{name}: {levels} levels of own inheritance, at most 1" for name, levels in deep if levels > 1]


@pytest.fixture(scope="module")
def package() -> list[Module]:
    return read_package()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_package_keeps(rule: Callable[[Module], Faults], package: list[Module]) -> None:
    assert package, "no source found"
    faults = [fault for module in package for fault in rule(module)]
    assert not faults, "\n".join(["", *faults])


def test_inheritance_has_one_level(package: list[Module]) -> None:
    faults = deep_classes(package)
    assert not faults, "\n".join(["", *faults])


BROKEN = [
    (files_are_short, "core/long.py", "x = 1\n" * 301),
    (functions_are_short, "core/long.py", "def f():\n" + "    x = 1\n" * 60),
    (functions_take_few_parameters, "core/wide.py", "def f(a, b, c, d, *, e, g, h, i): ..."),
    (functions_take_few_parameters, "core/wide.py", "def f(a, b, c, d, e, g, h, *i): ..."),
    (names_say_something, "core/_utils.py", ""),
    (names_say_something, "common/word.py", ""),
    (parameters_are_named, "core/pass_on.py", "f = lambda **rest: rest"),
    (only_commands_print, "train/loop.py", "def f():\n    print('loss')"),
    (nothing_is_asserted, "core/sure.py", "assert True"),
    (data_is_never_executed, "core/a.py", "def f():\n    import pickle"),
    (data_is_never_executed, "core/a.py", "from torch import load"),
    (data_is_never_executed, "core/a.py", "import torch as t\nt.load('x')"),
    (data_is_never_executed, "core/a.py", "import yaml\nyaml.load('x', Loader=None)"),
    (data_is_never_executed, "core/a.py", "eval('1')"),
    (data_is_never_executed, "core/a.py", "f(trust_remote_code=True)"),
    (data_is_never_executed, "core/a.py", "options = {'trust_remote_code': True}"),
    (commands_are_short, "cli/run.py", "x = 1\n" * 80),
    (network_is_reached_from_few_places, "train/loop.py", "from huggingface_hub import hf_hub_download"),
    (network_is_reached_from_few_places, "model/head.py", "from urllib import request"),
]
KEPT = [
    (functions_take_few_parameters, "core/wide.py", "class C:\n    def f(self, a, b, c, d, e, g, h): ..."),
    (functions_take_few_parameters, "compat/wide.py", "def f(a, b, c, d, e, g, h, i): ..."),
    (only_commands_print, "cli/run.py", "print('done')"),
    (data_is_never_executed, "core/a.py", "import re\nmodel.eval()\nre.compile('x')\nyaml.safe_load('x')"),
    (data_is_never_executed, "core/a.py", "f(trust_remote_code=False)"),
    (network_is_reached_from_few_places, "model/load_base.py", "import socket"),
    (network_is_reached_from_few_places, "core/paths.py", "from urllib.parse import urlsplit"),
]


@pytest.mark.parametrize("rule, path, text", BROKEN)
def test_a_broken_rule_is_found(rule: Callable[[Module], Faults], path: str, text: str) -> None:
    assert list(rule(Module(PurePosixPath(path), text)))


@pytest.mark.parametrize("rule, path, text", KEPT)
def test_a_kept_rule_is_not_reported(rule: Callable[[Module], Faults], path: str, text: str) -> None:
    assert not list(rule(Module(PurePosixPath(path), text)))


def test_levels_are_counted_through_re_exports() -> None:
    modules = [
        Module(PurePosixPath("core/method.py"), "class Section: ...\nclass Method(Section): ..."),
        Module(PurePosixPath("core/__init__.py"), "from acclimate.core.method import Method"),
        Module(PurePosixPath("a/one.py"), "from acclimate.core import Method\nclass One(Method): ..."),
        Module(PurePosixPath("a/two.py"), "from acclimate.a import one\nclass Two(one.One): ..."),
        Module(PurePosixPath("a/three.py"), "from .two import Two\nclass Three(Two[int], dict): ..."),
        Module(PurePosixPath("a/__init__.py"), ""),
    ]
    assert deep_classes(modules) == ["acclimate.a.three.Three: 2 levels of own inheritance, at most 1"]
