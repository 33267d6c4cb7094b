"""Runs beside each other: numbers by hand, what may not be compared, and what measuring anew mends."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acclimate.core.comparison import Comparison
from acclimate.core.errors import UserError
from acclimate.pipeline.compare import compare
from acclimate.pipeline.finished import names_of
from acclimate.pipeline.run import Run, run
from tests.pipeline import tiny


@pytest.fixture(scope="module")
def other(encoder: Path, rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Another way of training on the same rows."""
    train = {"max_steps": 3, "per_device_train_batch_size": 8, "learning_rate": 3e-3, "bf16": False}
    return run(tiny.recipe(encoder, rows, tmp_path_factory.mktemp("runs") / "other", train=train))


@pytest.fixture(scope="module")
def beside(done: Run, other: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Comparison, Path]:
    """The comparison of the two, and where it was written. Look, don't touch."""
    place = tmp_path_factory.mktemp("beside")
    return compare([done.folder, other.folder], place), place


def kept(place: Path) -> dict[str, Any]:
    return json.loads((place / "05-evaluate" / "measured.json").read_text(encoding="utf-8"))["kept"]


def sums(place: Path, when: str, name: str) -> dict[str, Any]:
    return next(one for one in kept(place)["test"]["arms"][when] if one["name"] == name)


def test_the_change_between_runs_is_paired_over_the_same_groups(
    done: Run, other: Run, beside: tuple[Comparison, Path]
) -> None:
    first, second = (sums(one.folder, "after", "bits_per_byte") for one in (done, other))
    assert first["denominator"] == second["denominator"]
    by_hand = (sum(second["numerator"]) - sum(first["numerator"])) / sum(first["denominator"])
    change = beside[0].find("other", "change", "test", "bits_per_byte", "run:done")
    assert change is not None
    assert change.value == pytest.approx(by_hand, rel=1e-9)
    assert change.value != 0
    assert change.groups == len(first["numerator"])
    assert change.low is not None
    assert change.low < change.value < change.high
    assert change.primary is False, "the verdict of a run is about its own base"
    assert beside[0].find("done", "change", "test", "bits_per_byte", "run:done") is None


def test_the_interval_is_that_of_the_pairs_not_of_two_single_scores(beside: tuple[Comparison, Path]) -> None:
    made = beside[0]
    change = made.find("other", "change", "test", "bits_per_byte", "run:done")
    alone = [made.find(name, "after", "test", "bits_per_byte") for name in ("done", "other")]
    assert change.high - change.low < sum(one.high - one.low for one in alone)


def test_each_runs_own_scores_are_those_of_its_scores_json(
    done: Run, other: Run, beside: tuple[Comparison, Path]
) -> None:
    for name, one in (("done", done), ("other", other)):
        told = {
            (line.when, line.data, line.name): line
            for line in one.scores
            if line.data == "test" and line.when != "floor" and line.slice is None
        }
        again = [
            line
            for line in beside[0].scores
            if line.run == name and line.against in (None, "base") and (line.data, line.slice) == ("test", None)
        ]
        assert {(line.when, line.data, line.name) for line in again} == set(told)
        for line in again:
            same = told[line.when, line.data, line.name]
            assert (line.value, line.low, line.high, line.n) == pytest.approx((same.value, same.low, same.high, same.n))


def test_terms_stand_beside_as_each_run_measured_them(done: Run, other: Run, beside: tuple[Comparison, Path]) -> None:
    for name, one in (("done", done), ("other", other)):
        own = {(line.when, line.name): line.value for line in one.scores if line.data == "terms" and not line.slice}
        again = {
            (line.when, line.name): line.value for line in beside[0].scores if line.data == "terms" and line.run == name
        }
        assert again == own
        assert ("after", "term_bits") in again
    assert not [note for note in beside[0].notes if "other terms" in note]


def test_the_files_say_which_run_and_against_what(beside: tuple[Comparison, Path]) -> None:
    made, place = beside
    lines = json.loads((place / "compare.json").read_text(encoding="utf-8"))
    keys = {"run", "phase", "when", "data", "name", "value", "unit", "better", "n", "low", "high"}
    assert all(line.keys() >= keys for line in lines)
    assert {line["against"] for line in lines if line["when"] == "change"} == {"base", "run:done"}
    html = (place / "compare.html").read_text(encoding="utf-8")
    assert "other against done: bits per byte" in html
    assert made.outcomes[0].verdict in {"better", "worse", "no difference shown"}


def test_what_it_cost_stands_beside_it(done: Run, beside: tuple[Comparison, Path]) -> None:
    first, second = beside[0].runs
    assert (first.cost.updates, second.cost.updates) == (4, 3)
    assert first.model.trainable == done.model.num_parameters()
    assert first.cost.peak_memory_bytes > 0


def test_a_run_against_its_copy_is_no_difference(copied: Callable[[], Path], done: Run, tmp_path: Path) -> None:
    made = compare([done.folder, copied()], tmp_path / "to")
    change = made.find("run", "change", "test", "bits_per_byte", "run:done")
    assert (change.value, change.low, change.high) == (0.0, 0.0, 0.0)
    assert made.outcomes[0].verdict == "no difference shown"


def refused(folders: list[Path], place: Path, **options: Any) -> str:
    with pytest.raises(UserError) as caught:
        compare(folders, place, **options)
    assert not place.exists() or not list(place.iterdir())
    return str(caught.value)


def test_other_rows_are_refused_and_measured_anew_on_request(
    done: Run, encoder: Path, rows: Path, tmp_path: Path
) -> None:
    split = [{"name": "split", "validation": 0, "test": 0.5}]
    more = run(tiny.recipe(encoder, rows, tmp_path / "more", prepare=split, train={"max_steps": 1, "bf16": False}))
    said = refused([done.folder, more.folder], tmp_path / "to")
    assert "measured on other test rows" in said
    assert "--measure" in said
    made = compare([done.folder, more.folder], tmp_path / "to", measure=True)
    own, theirs = (made.find(name, "before", "test", "bits_per_byte") for name in ("done", "more"))
    assert (own.value, own.n) == (theirs.value, theirs.n), "one base, measured on one set of rows"
    assert made.find("more", "change", "test", "bits_per_byte", "run:done") is not None
    assert "measured anew" in made.notes[0]


def test_measured_anew_the_same_rows_give_the_same_scores(
    done: Run, other: Run, beside: tuple[Comparison, Path], tmp_path: Path
) -> None:
    anew = compare([done.folder, other.folder], tmp_path / "to", measure=True)
    again, before = (
        {(line.run, line.when, line.name, line.against): line.value for line in made.scores if line.data != "terms"}
        for made in (anew, beside[0])
    )
    assert again == pytest.approx(before, rel=1e-6)
    assert not [line for line in anew.scores if line.data == "terms"]
    assert "Terms and subgroups are not compared" in " ".join(anew.notes)


def test_rows_that_another_run_trained_on_are_left_out(encoder: Path, tmp_path: Path) -> None:
    """One run's test rows are partly the other's training rows, under other names."""
    own = [{"text": f"the patient {n} was seen at the ulcer in the {w} of it", "source": f"s{n}{w}"} for n in range(8)
           for w in ("dose", "stent", "event", "visits", "hospital")]  # fmt: skip
    test = tiny.write_rows(tmp_path / "test.jsonl", own[:30])
    train = tiny.write_rows(tmp_path / "train.jsonl", own[30:])
    both = tiny.write_rows(tmp_path / "both.jsonl", own[25:])
    short = {"max_steps": 1, "bf16": False}
    sources = {"train": str(train), "test": str(test)}
    one = run(tiny.recipe(encoder, train, tmp_path / "one", sources=sources, prepare=[], train=short))
    two = run(
        tiny.recipe(
            encoder, both, tmp_path / "two", train=short, prepare=[{"name": "split", "test": 0.3, "validation": 0}]
        )
    )
    learnt = {line["text"] for line in own[25:30]} - _test_texts(two)
    made = compare([one.folder, two.folder], tmp_path / "to", measure=True)
    assert learnt
    assert f"{len(learnt)} of its 30 test rows are left out" in made.notes[1]
    assert made.find("one", "after", "test", "bits_per_byte").groups == 30 - len(learnt)


def _test_texts(done: Run) -> set[str]:
    from acclimate.core.rows import ROLE
    from acclimate.pipeline.finished import finished

    rows = finished([done.folder])[0].rows()[-1]
    return {text for text, role in zip(rows["text"].to_pylist(), rows[ROLE].to_pylist(), strict=True) if role == "test"}


def test_other_hidden_characters_are_told_from_other_rows(
    done: Run, copied: Callable[[], Path], tmp_path: Path
) -> None:
    place = copied()
    run(place / "recipe.yaml", [f"output_dir={place}", "evaluate.passes=3"])
    said = refused([done.folder, place], tmp_path / "to")
    assert "other characters were hidden than in done" in said
    assert "evaluate.passes is 3, there 2" in said


def test_a_run_from_before_sums_were_kept_says_so(done: Run, copied: Callable[[], Path], tmp_path: Path) -> None:
    place = copied()
    path = place / "05-evaluate" / "measured.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    del data["kept"]
    path.write_text(json.dumps(data), encoding="utf-8")
    assert "before sums over groups were kept" in refused([done.folder, place], tmp_path / "to")
    assert compare([done.folder, place], tmp_path / "to", measure=True).scores


def test_encoders_are_not_compared_with_decoders(done: Run, decoder: Path, rows: Path, tmp_path: Path) -> None:
    causal = run(tiny.recipe(decoder, rows, tmp_path / "causal", objective="clm", train={"max_steps": 0}))
    said = refused([done.folder, causal.folder], tmp_path / "to", measure=True)
    assert "done is masked, causal is causal" in said


def test_what_is_no_finished_run_is_named(done: Run, copied: Callable[[], Path], tmp_path: Path) -> None:
    empty, half = tmp_path / "empty", copied()
    empty.mkdir()
    shutil.rmtree(half / "05-evaluate")
    said = refused([done.folder, empty, tmp_path / "absent", half], tmp_path / "to")
    assert f"{empty}: holds no run" in said
    assert f"{tmp_path / 'absent'}: no such folder" in said
    assert f"{half}: the run was not measured yet" in said
    assert "two or more run folders" in refused([done.folder], tmp_path / "to")
    assert "named more than once" in refused([done.folder, done.folder], tmp_path / "to")


def test_names_are_as_long_as_it_takes(tmp_path: Path) -> None:
    assert names_of([tmp_path / "a", tmp_path / "b"]) == ["a", "b"]
    assert names_of([tmp_path / "x" / "run", tmp_path / "y" / "run"]) == ["x/run", "y/run"]
