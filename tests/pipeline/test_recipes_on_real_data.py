"""The recipes of the README's results run as they stand, on a few rows of the real data and tiny models."""

import csv
import io
import json
import lzma
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import pytest

from acclimate.core.rows import GROUP, ROW_ID
from acclimate.pipeline.prepare import of_domain, of_role, rows_in
from acclimate.pipeline.run import Run, run

pytestmark = pytest.mark.shared_data
WIKIPEDIA = "wikipedia-en-sample/wikipedia_en.jsonl.xz"


def every(step: int, most: int = 400) -> Callable[[Iterable[str]], Iterable[str]]:
    return lambda lines: islice(lines, 0, step * most, step)


def short(characters: int) -> Callable[[str], str]:
    """Texts are cut, so that tiny models are done in seconds."""
    return lambda line: json.dumps({key: str(value)[:characters] for key, value in json.loads(line).items()}) + "\n"


def copy_lines(shared: Path, to: Path, name: str, step: int, characters: int = 600) -> None:
    with lzma.open(shared / name, "rt", encoding="utf-8") as lines:
        kept = [short(characters)(line) for line in every(step)(lines)]
    (to / name).parent.mkdir(parents=True, exist_ok=True)
    (to / name).write_bytes(lzma.compress("".join(kept).encode(), preset=0))


def copy_patients(shared: Path, to: Path, count: int) -> None:
    """Copy the tables of the first patients."""
    (to / "synthea-1k").mkdir(parents=True)
    chosen: set[str] = set()
    for name, key in (("patients", "Id"), ("conditions", "PATIENT"), ("careplans", "PATIENT"), ("immunizations", "PATIENT")):  # fmt: skip
        with lzma.open(shared / "synthea-1k" / f"{name}.csv.xz", "rt", encoding="utf-8") as lines:
            rows = csv.DictReader(lines)
            kept = list(islice(rows, count)) if name == "patients" else [row for row in rows if row[key] in chosen]
        chosen |= {row["Id"] for row in kept if name == "patients"}
        made = io.StringIO()
        writer = csv.DictWriter(made, list(kept[0]))
        writer.writeheader()
        writer.writerows(kept)
        (to / "synthea-1k" / f"{name}.csv.xz").write_bytes(lzma.compress(made.getvalue().encode(), preset=0))


def in_tiny_form(
    name: str, model: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *more: str
) -> Run:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    overrides = [
        f"model.path={model}",
        "tokens.max_length=64",
        "train.max_steps=2",
        "train.eval_steps=2",
        "train.per_device_train_batch_size=4",
        "train.bf16=false",
        "evaluate.resamples=200",
        "evaluate.max_rows=6",
        "evaluate.retention=",
        *more,
    ]
    return run(root / "recipes" / f"{name}.yaml", overrides)


def roles(done: Run, column: str) -> dict[str, set[str]]:
    rows = rows_in(next(done.folder.glob("02-*prepare")))
    return {role: set(of_domain(rows, role).column(column).to_pylist()) for role in ("train", "validation", "test")}


def need_proof(done: Run) -> None:
    """All that the README's table shows is there."""
    found = {(score.when, score.against) for score in done.scores if score.name == "bits_per_byte"}
    assert found >= {("before", None), ("control", None), ("after", None), ("change", "base"), ("change", "control")}
    assert any(score.when == "floor" for score in done.scores)
    rows = rows_in(next(done.folder.glob("02-*prepare")))
    replayed = [name for name in of_role(rows, "train").column(ROW_ID).to_pylist() if name.startswith("replay/")]
    assert replayed, "general text stands among the training rows"


def test_synthea(encoder: Path, root: Path, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "shared" / "data"
    copy_patients(shared_data, data, 60)
    copy_lines(shared_data, data, WIKIPEDIA, 50)
    done = in_tiny_form("synthea_mlm", encoder, root, tmp_path, monkeypatch)
    need_proof(done)
    assert not set.intersection(*roles(done, GROUP).values())


def test_anatomy(encoder: Path, root: Path, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "shared" / "data"
    copy_lines(shared_data, data, "openstax-anatomy/anatomy.jsonl.xz", 4)
    copy_lines(shared_data, data, WIKIPEDIA, 50)
    need_proof(in_tiny_form("anatomy_mlm", encoder, root, tmp_path, monkeypatch))


def test_medquad(decoder: Path, root: Path, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested on is of institutes that no training row is of."""
    data = tmp_path / "shared" / "data"
    copy_lines(shared_data, data, "medquad/medquad.jsonl.xz", 80)
    copy_lines(shared_data, data, WIKIPEDIA, 50)
    done = in_tiny_form("medquad_clm", decoder, root, tmp_path, monkeypatch)
    need_proof(done)
    institutes = roles(done, "source")
    assert institutes["test"] == {"NIDDK", "NHLBI"}
    assert not institutes["test"] & (institutes["train"] | institutes["validation"])


def test_finance(decoder: Path, root: Path, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested on was said after all that was trained on, but for the textbook, which is of no day."""
    data = tmp_path / "shared" / "data"
    copy_lines(shared_data, data, "fed-corpus/fed_texts.jsonl.xz", 8)
    copy_lines(shared_data, data, "openstax-economics/modules.jsonl.xz", 8)
    copy_lines(shared_data, data, WIKIPEDIA, 20)
    done = in_tiny_form("finance_fed_clm", decoder, root, tmp_path, monkeypatch, "prepare.sample.max_train_samples=30")
    need_proof(done)
    rows = rows_in(next(done.folder.glob("02-*prepare")))
    part = {role: of_domain(rows, role) for role in roles(done, "document")}
    days = {
        role: [
            "".join(filter(str.isdigit, name))[:4]
            for name, kind in zip(one.column("document").to_pylist(), one.column("kind").to_pylist(), strict=True)
            if kind != "textbook"
        ]
        for role, one in part.items()
    }
    assert max(days["train"]) < "2018" <= min(days["validation"]) < "2019" <= min(days["test"])
    assert "textbook" in part["train"].column("kind").to_pylist()
