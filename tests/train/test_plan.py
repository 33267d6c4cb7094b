import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import TrainingArguments

from acclimate.train.plan import make_plan
from acclimate.train.section import Train

SIZES = {"per_device_train_batch_size": 3, "gradient_accumulation_steps": 2}


@given(st.integers(1, 40), st.integers(1, 7), st.integers(1, 3), st.integers(0, 10))
def test_every_document_stands_in_one_update_of_each_epoch(documents: int, size: int, epochs: int, seed: int) -> None:
    settings = Train(per_device_train_batch_size=size, num_train_epochs=epochs, seed=seed)
    plan = make_plan(settings, documents, 1)
    assert plan.updates == epochs * plan.updates_per_epoch
    seen = [[] for _ in range(epochs)]
    for update in range(plan.updates):
        numbers = plan.numbers(update)
        assert 1 <= len(numbers) <= size
        seen[plan.epoch(update)] += numbers.tolist()
    assert [sorted(numbers) for numbers in seen] == [list(range(documents))] * epochs


def test_documents_depend_on_seed_and_update_alone() -> None:
    plan = make_plan(Train(seed=5, num_train_epochs=4, **SIZES), 50, 1)
    forwards = [plan.numbers(update).tolist() for update in range(plan.updates)]
    again = make_plan(Train(seed=5, num_train_epochs=40, **SIZES), 50, 1)
    backwards = [again.numbers(update).tolist() for update in reversed(range(plan.updates))]
    assert forwards == backwards[::-1]
    other = make_plan(Train(seed=6, num_train_epochs=4, **SIZES), 50, 1)
    assert forwards[0] != other.numbers(0).tolist()
    assert forwards[0] != forwards[plan.updates_per_epoch], "each epoch has an order of its own"


@pytest.mark.parametrize(
    "settings, updates",
    [
        ({"num_train_epochs": 2}, 10),
        ({"num_train_epochs": 1.5}, 8),
        ({"num_train_epochs": 0.1}, 1),
        ({"num_train_epochs": 2, "max_steps": 3}, 3),
        ({"max_steps": 0}, 0),
    ],
)
def test_number_of_updates(settings: dict[str, float], updates: int) -> None:
    plan = make_plan(Train(**SIZES, **settings), 25, 1)
    assert (plan.updates_per_epoch, plan.updates) == (5, updates)


def test_processes_share_an_update() -> None:
    assert make_plan(Train(**SIZES), 25, 2).per_update == 12


@pytest.mark.parametrize("warmup", [0, 0.06, 0.5, 0.999, 1, 7])
def test_warm_up_is_counted_as_transformers_does(warmup: float) -> None:
    plan = make_plan(Train(max_steps=37, warmup_steps=warmup), 100, 1)
    theirs = TrainingArguments(output_dir="unused", max_steps=37, warmup_steps=warmup, report_to=[], use_cpu=True)
    assert plan.warmup == theirs.get_warmup_steps(37)
    assert plan.warmup == math.ceil(warmup * 37 if warmup < 1 else warmup)


def test_warm_up_is_never_longer_than_the_run() -> None:
    assert make_plan(Train(max_steps=5, warmup_steps=100), 100, 1).warmup == 5


def test_the_order_that_is_remembered_can_not_be_changed_by_its_reader() -> None:
    with pytest.raises(ValueError, match="read-only"):
        make_plan(Train(**SIZES), 25, 1).numbers(0)[0] = 0
