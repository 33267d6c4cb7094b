import math

import numpy as np
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
    plan = make_plan(settings, np.ones(documents, int), 1)
    assert plan.updates == epochs * math.ceil(documents / size)
    seen = [[] for _ in range(epochs)]
    for update in range(plan.updates):
        numbers = plan.numbers(update)
        assert 1 <= len(numbers) <= size
        seen[plan.epoch(update)] += numbers.tolist()
    assert [sorted(numbers) for numbers in seen] == [list(range(documents))] * epochs


def test_documents_depend_on_seed_and_update_alone() -> None:
    plan = make_plan(Train(seed=5, num_train_epochs=4, **SIZES), np.ones(50, int), 1)
    forwards = [plan.numbers(update).tolist() for update in range(plan.updates)]
    again = make_plan(Train(seed=5, num_train_epochs=40, **SIZES), np.ones(50, int), 1)
    backwards = [again.numbers(update).tolist() for update in reversed(range(plan.updates))]
    assert forwards == backwards[::-1]
    other = make_plan(Train(seed=6, num_train_epochs=4, **SIZES), np.ones(50, int), 1)
    assert forwards[0] != other.numbers(0).tolist()
    assert plan.ends_epoch(9)
    assert forwards[0] != forwards[9], "each epoch has an order of its own"


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
    plan = make_plan(Train(**SIZES, **settings), np.ones(25, int), 1)
    assert plan.updates == updates
    assert [step for step in range(12) if plan.ends_epoch(step)] == [5, 10]


def test_processes_share_an_update() -> None:
    assert len(make_plan(Train(**SIZES), np.ones(25, int), 2).numbers(0)) == 12


@pytest.mark.parametrize("warmup", [0, 0.06, 0.5, 0.999, 1, 7])
def test_warm_up_is_counted_as_transformers_does(warmup: float) -> None:
    plan = make_plan(Train(max_steps=37, warmup_steps=warmup), np.ones(100, int), 1)
    theirs = TrainingArguments(output_dir="unused", max_steps=37, warmup_steps=warmup, report_to=[], use_cpu=True)
    assert plan.warmup == theirs.get_warmup_steps(37)
    assert plan.warmup == math.ceil(warmup * 37 if warmup < 1 else warmup)


def test_warm_up_is_never_longer_than_the_run() -> None:
    assert make_plan(Train(max_steps=5, warmup_steps=100), np.ones(100, int), 1).warmup == 5


def test_the_order_that_is_remembered_can_not_be_changed_by_its_reader() -> None:
    with pytest.raises(ValueError, match="read-only"):
        make_plan(Train(**SIZES), np.ones(25, int), 1).numbers(0)[0] = 0


def test_epochs_and_documents_are_counted() -> None:
    plan = make_plan(Train(per_device_train_batch_size=4, num_train_epochs=2), np.ones(10, int), 1)
    assert [plan.epochs(step) for step in (0, 1, 3, 4, 6)] == [0, 1 / 3, 1, pytest.approx(4 / 3), 2]
    assert [plan.seen(step) for step in (0, 1, 3, 4, 6)] == [0, 4, 10, 14, 20]


AUTO = {"per_device_train_batch_size": "auto"}


def test_auto_fills_the_row() -> None:
    """By hand: one document fills a row of 12, two fill one of 24, three an update of three rows."""
    lengths = np.array([12, 12, 12])
    plan = make_plan(Train(**AUTO, num_train_epochs=2), lengths, 1, 12)
    assert (plan.updates, plan.ends_epoch(3)) == (6, True)
    assert make_plan(Train(**AUTO, num_train_epochs=2), lengths, 1, 24).updates == 4
    assert make_plan(Train(**AUTO, num_train_epochs=2, gradient_accumulation_steps=3), lengths, 1, 12).updates == 2
    assert make_plan(Train(**AUTO, num_train_epochs=2), lengths, 3, 12).updates == 2


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=40), st.integers(1, 60), st.floats(0.1, 3.5), st.integers(0, 9)
)
def test_auto_takes_as_many_as_fit_and_every_document_once_an_epoch(
    lengths: list[int], tokens: int, epochs: float, seed: int
) -> None:
    lengths_N = np.array(lengths)
    plan = make_plan(Train(**AUTO, num_train_epochs=epochs, seed=seed), lengths_N, 1, tokens)
    seen: dict[int, list[int]] = {}
    for update in range(plan.updates):
        numbers = plan.numbers(update)
        together = lengths_N[numbers].sum()
        assert len(numbers) == 1 or together <= tokens
        mine = seen.setdefault(plan.epoch(update), [])
        mine += numbers.tolist()
        assert plan.ends_epoch(update + 1) == (len(mine) == len(lengths))
        assert plan.seen(update + 1) == plan.epoch(update) * len(lengths) + len(mine)
        if not plan.ends_epoch(update + 1):
            assert together + lengths_N[plan.numbers(update + 1)[0]] > tokens, "the next one would have fitted"
    for epoch in range(math.floor(epochs)):
        assert sorted(seen[epoch]) == list(range(len(lengths)))
    assert plan.epochs(plan.updates) >= epochs - 1e-9


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(0, 9), st.integers(1, 7))
def test_balanced_every_class_is_seen_equally_often_and_its_documents_evenly(
    classes: list[int], seed: int, epochs: int
) -> None:
    class_N = np.array(classes)
    settings = Train(per_device_train_batch_size=4, num_train_epochs=epochs, seed=seed)
    plan = make_plan(settings, np.ones(len(class_N), int), 1, class_N=class_N)
    seen: list[int] = []
    for update in range(plan.updates):
        seen += plan.numbers(update).tolist()
        if plan.ends_epoch(update + 1):
            assert len(seen) % len(class_N) == 0, "an epoch has as many documents as there are"
    there, counts = np.unique(class_N[seen], return_counts=True)
    assert set(there) == set(classes)
    assert counts.max() - counts.min() <= 1, "also over all epochs: the remainder goes round"
    for one in there:
        times = np.bincount(seen, minlength=len(class_N))[class_N == one]
        assert times.max() - times.min() <= 1


def test_balanced_order_depends_on_seed_and_epoch_alone() -> None:
    class_N = np.array([0] * 40 + [1] * 5)
    made = [
        make_plan(Train(seed=seed, num_train_epochs=9, **SIZES), np.ones(45, int), 1, class_N=class_N)
        for seed in (5, 5, 6)
    ]
    late = made[1].numbers(made[1].updates - 1).tolist()
    every = [[plan.numbers(update).tolist() for update in range(plan.updates)] for plan in made]
    assert every[0] == every[1]
    assert every[0][-1] == late, "whatever was asked for before"
    assert every[0] != every[2]
    assert every[0][0] != every[0][made[0].updates // 9]
