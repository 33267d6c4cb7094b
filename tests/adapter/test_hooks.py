import inspect

import pytest

from acclimate.adapter.hooks import NoHooks
from acclimate.core.families import FAMILIES
from acclimate.core.protocols import Adapter
from acclimate.core.registry import resolve
from tests.made import language_model


def test_every_answer_is_nothing() -> None:
    model, hooks = language_model("llama").model, NoHooks()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    assert hooks.prepare(model, 10) == hooks.settle(model) == []
    assert hooks.extra_loss(model) is None
    assert hooks.state(model) == {}
    assert hooks.set_back(model) == set()
    hooks.after_update(model, 1)
    hooks.restore(model, {})
    assert hooks.merge(model) is model
    assert all(bool((weight == before[name]).all()) for name, weight in model.state_dict().items())


@pytest.mark.parametrize("name", FAMILIES["adapter"])
def test_every_adapter_answers_all_that_the_protocol_asks(name: str) -> None:
    kind = resolve("adapter", name)
    assert isinstance(kind(), Adapter)
    for hook, asked in inspect.getmembers(Adapter, inspect.isfunction):
        if not hook.startswith("_"):
            assert list(inspect.signature(getattr(kind, hook)).parameters) == list(inspect.signature(asked).parameters)
