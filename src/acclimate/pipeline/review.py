"""A blind comparison of a run's base and adapted model by people: the sheet out, filled sheets in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from acclimate.core.artifact import read_json, write_json
from acclimate.core.errors import Fault, UserError
from acclimate.core.review import Key, ReviewOutcome
from acclimate.evaluate.review import blind, outcome
from acclimate.evaluate.review_files import ANSWERS, read_filled, read_pairs
from acclimate.pipeline.recipe import Recipe, read_without_code
from acclimate.pipeline.stages import folder_name
from acclimate.pipeline.workplace import RECIPE
from acclimate.report.review import write_sheet

KEY, RESULT = "review_key.json", "review_result.json"


@dataclass(frozen=True)
class Review:
    """Where the sheet lies and how many comparisons it holds; `outcome` once filled sheets were read."""

    folder: Path
    items: int
    outcome: ReviewOutcome | None = None

    @property
    def page(self) -> Path:
        """The sheet for a browser."""
        return self.folder / "review.html"


def review(
    run: str | Path,
    filled: Sequence[str | Path] = (),
    *,
    to: str | Path | None = None,
    rows: int = 50,
    seed: int = 0,
    reference: bool = False,
) -> Review:
    """Write a blind sheet of a run's answers (review.csv, review.html, and apart from them review_key.json), or read it.

    Takes: `filled`, sheets that reviewers filled in; without any, the sheet is written. `to`, the folder of the sheet
    (default: RUN/review); `rows`, the most rows that are compared; `seed`, of rows and sides; `reference`, to show the
    right answers too.
    Raises: UserError for a run without answers, sheets of another review, or a place where another sheet lies.
    """
    folder = Path(run).expanduser()
    if not (folder / RECIPE).is_file():
        raise UserError(
            Fault(str(folder), "holds no run", "the folder of a finished run (runs/NAME)", "check the path")
        )
    recipe = read_without_code(folder / RECIPE)
    place = folder / "review" if to is None else Path(to).expanduser()
    if filled:
        return _read(place, [Path(path).expanduser() for path in filled], recipe)
    if rows < 1:
        raise UserError(Fault("--rows", str(rows), "1 or more", "name how many rows may be compared"))
    answers = folder / folder_name("evaluate", "", [phase.name for phase in recipe.phases]) / ANSWERS
    if not answers.is_file():
        do = "add a generative task with test rows to the recipe, and run it"
        raise UserError(Fault(str(folder), "base and adapted model have answered nothing", "a run with answers", do))
    sheet, key = blind(read_pairs(answers), rows, seed)
    if not sheet.rows:
        raise UserError(Fault(str(answers), "both models answered all rows alike", "answers to compare", ""))
    _need_same(place, key)
    place.mkdir(parents=True, exist_ok=True)
    write_json(place / KEY, key.as_json())
    write_sheet(sheet, place, recipe.name, reference=reference)
    return Review(place, len(sheet.rows))


def _need_same(place: Path, key: Key) -> None:
    """A key that reviewers' sheets still need is never overwritten."""
    if place.exists() and not place.is_dir():
        raise UserError(Fault("--to", f"{place} is a file", "a folder", "name another"))
    if (place / KEY).exists() and _key(place) != key:
        found = f"{place} holds another sheet, which reviewers may have"
        raise UserError(Fault("--to", found, "the same rows and seed, or another folder", "name another with --to"))


def _key(place: Path) -> Key:
    try:
        return Key.from_json(read_json(place / KEY))
    except FileNotFoundError:
        found = "no key lies here"
    except (ValueError, KeyError, TypeError) as error:
        found = f"the key can't be read: {error}"
    raise UserError(Fault(str(place / KEY), found, "the folder of a sheet", "name it with --to"))


def _read(place: Path, filled: list[Path], recipe: Recipe) -> Review:
    key = _key(place)
    made = outcome(key, read_filled(filled, key), recipe.measured_by.bootstrap)
    if made is None:
        raise UserError(Fault(str(filled[0]), "nothing was chosen", "left, right or tie", "fill in the column choice"))
    write_json(place / RESULT, made.as_json())
    return Review(place, sum(bool(row.item) for row in key.rows), made)
