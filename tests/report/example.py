"""A realistic proof (the hospital demo) and what tests do to it."""

from __future__ import annotations

import math
import random
from dataclasses import fields, is_dataclass, replace
from typing import Any

import yaml

from acclimate.core.proof import (
    Cost,
    DataFacts,
    Example,
    LeakFacts,
    LeakLine,
    Memorised,
    ModelFacts,
    Piece,
    Proof,
    Provenance,
    TermLine,
    TermsProof,
)
from acclimate.core.scores import Score, Verdict

RECIPE = """\
name: hospital_demo
output_dir: runs/demo
seed: 0
phases:
- name: adapt
  model: {path: starter:encoder, revision: main}
  sources:
    train: {name: sample, what: hospital, patients: 3000}
  prepare:
  - name: tagged
    group_by: [patient_id]
    order_by: timestamp
    header:
    - {tag: patient, fields: [age, sex]}
    - {tag: hospital, fields: [department]}
    body: {tag: visits, each: {tag: event, fields: [timestamp, code, description]}}
    time: delta
  - {name: clean, min_characters: 20}
  - {name: deduplicate}
  - {name: split, group_by: patient_id, validation: 0.05, test: 0.1}
  tokens: {max_length: 256, tags: true, batch: {name: padding_free, batch_tokens: 4096}}
  objective: {name: mlm, mlm_probability: 0.15, masking: {name: token_sep, masking_sep_token: ',', mask: value}}
  adapter: {name: full}
  train: {learning_rate: 0.0005, max_steps: 150, eval_steps: 25, warmup_steps: 0.06}
evaluate: {primary: bits_per_byte, retention: sample:general, floor: sample:hospital}
report: {examples: 20}
"""


def example_proof() -> Proof:
    """The demo as it should come out."""
    return Proof(
        name="hospital_demo",
        created="2025-11-21T06:45:12+00:00",
        verdict=Verdict(
            "better",
            "bits_per_byte",
            "The adapted model needs 2.1 bits per byte less than the base on 312 unseen patients "
            "(95 % interval 1.9 to 2.3): better.",
        ),
        scores=example_scores(),
        model=ModelFacts(
            base="starter:encoder",
            kind="encoder",
            parameters=8_812_544,
            trainable=8_812_544,
            adapter="Every weight was trained (full).",
            new_tokens=8,
        ),
        data=[
            DataFacts("train", 2_541, 4_388, 2_541, "patient_id", 1_021_377),
            DataFacts("validation", 147, 255, 147, "patient_id", 58_902),
            DataFacts("test", 312, 538, 312, "patient_id", 124_665),
            DataFacts("general", 120, 120, 120, "document", 9_482),
        ],
        split="A patient is a test patient by a hash of the run's seed and patient_id: 10 % of patients, the same ones "
        "in every later run.",
        retention="On general text the adapted model needs 0.601 % more bits per byte than the base, on 120 documents "
        "(95 % interval +0.09 % to +1.11 %): kept (below 2 %).",
        caveats=[
            "The patient records are made up. The result shows that the method works on this machine, not that it "
            "works on your patients.",
            "What the base model saw in its own pretraining is not known: not checked.",
        ],
        ledger=example_ledger(),
        curve=example_curve(),
        cost=Cost(221.4, 168.2, 6_074.3, 1_382_400_000, 150, 2, "CPU (AVX-512, bf16)"),
        provenance=Provenance(
            acclimate="0.1.0",
            command="acclimate run recipes/demo.yaml output_dir=runs/demo",
            recipe_fingerprint="9f31c04be2d87a55",
            data={"sample:hospital, 3000 patients": "4e2a90c1d77b3f08", "sample:general": "b81f6620aa94ce13"},
            seeds={"run": 0, "evaluation": 0},
            versions={"python": "3.11.7", "torch": "2.13.0", "transformers": "5.23.0", "tokenizers": "0.24.1"},
        ),
        notes=[
            "8 tags were added to the vocabulary; their rows start at the mean of the pieces they replace.",
            "Documents lie end to end in one row (no padding): checked against every document run alone.",
            "14.8 % of value tokens were hidden, 15 % were asked for.",
        ],
        floor_share=0.7,
        recipe=RECIPE,
        examples=example_rows(),
        leaks=example_leaks(),
        terms=example_terms(),
        memorised=[
            Memorised("text", "bits/byte of hidden values", 1.79, 1.8, 3.9, 3.9, -0.01, -0.03, 0.01, 312,
                      "Training patients are not known better than held-out ones, beyond what the base knows of them.")
        ],
    )  # fmt: skip


def example_leaks() -> LeakFacts:
    lines = [LeakLine("adapt", "test", 312, 0, 4, 1, 2, 2), LeakLine("adapt", "general", 120, 3, 0, 0, 0, 0)]
    return LeakFacts("remove", 0.8, 0.5, 13, 30, 10, lines)


def example_terms() -> TermsProof:
    line = TermLine("spironolactone", "description", "learnt", 400, True, 8, 31.2, 4.1, 0.0, 0.75)
    return TermsProof("27 terms of the domain were asked for at 209 places in the test rows.", [line])


def example_scores() -> list[Score]:
    lower, higher = {"better": "lower"}, {"better": "higher"}
    return [
        *_measured("test", "bits_per_byte", "bits/byte of hidden values", (3.9, 1.8), (-2.1, -2.3, -1.9), lower),
        _score("start", "test", "bits_per_byte", "bits/byte of hidden values", (4.412, 4.31, 4.52), lower),
        _score("floor", "test", "bits_per_byte", "bits/byte of hidden values", (0.9, 0.88, 0.93), lower),
        _score("control", "test", "bits_per_byte", "bits/byte of hidden values", (3.1, 3.0, 3.2), lower),
        replace(
            _score("change", "test", "bits_per_byte", "bits/byte of hidden values", (-1.3, -1.5, -1.1), lower),
            against="control",
        ),
        *_measured("test", "masked_accuracy", _restored(""), (0.118, 0.594), (0.476, 0.451, 0.502), higher),
        *_measured("test", "masked_accuracy_new", _restored("new "), (0.063, 0.331), (0.268, 0.24, 0.297), higher),
        _score("floor", "test", "masked_accuracy", _that_are("the row's last value of the field"), (0.402,), higher),
        _score("floor", "test", "masked_accuracy", _that_are("the field's most frequent value"), (0.213,), higher),
        *_measured(
            "general", "bits_per_byte", "bits/byte of hidden words", (2.412, 2.4265), (0.0145, 0.0021, 0.0268), lower
        ),
        *_measured(
            "general",
            "masked_accuracy",
            "share of hidden words restored exactly",
            (0.331, 0.327),
            (-0.004, -0.013, 0.006),
            higher,
        ),
        replace(
            _score("change", "general", "forgetting", "% of the base's bits per byte", (0.601, 0.09, 1.11), lower),
            against="base",
        ),
        *_measured("terms", "term_bits", "bits/term", (31.4, 9.2), (-22.2, -24.0, -20.1), lower),
        *[
            replace(line, slice="sex=F", groups=160)
            for line in _measured(
                "test", "bits_per_byte", "bits/byte of hidden values", (3.9, 1.8), (-2.1, -2.4, -1.8), lower
            )
        ],
    ]


def _restored(which: str) -> str:
    return f"share of hidden {which}values restored exactly"


def _that_are(what: str) -> str:
    return f"share of hidden values that are {what}"


def _measured(
    data: str, name: str, unit: str, arms: tuple[float, float], change: tuple[float, ...], better: dict[str, str]
) -> list[Score]:
    before, after = arms
    changed = _score("change", data, name, unit, change, better)
    return [
        _score("before", data, name, unit, (before, before * 0.95, before * 1.06), better),
        _score("after", data, name, unit, (after, after * 0.96, after * 1.05), better),
        replace(changed, against="base", primary=data == "test" and name == "bits_per_byte"),
    ]


def _score(when: str, data: str, name: str, unit: str, value: tuple[float, ...], better: dict[str, str]) -> Score:
    by, groups, n = ("patient_id", 312, 18_204) if data in ("test", "terms") else ("document", 120, 1_377)
    at, low, high = value if len(value) == 3 else (*value, None, None)
    return Score("adapt", when, data, name, at, unit, n=n, low=low, high=high, resampled_by=by, groups=groups, **better)


def example_ledger() -> list[dict[str, Any]]:
    def step(name: str, rows_in: int, rows_out: int, **happened: Any) -> dict[str, Any]:
        quiet: dict[str, Any] = {"dropped": {}, "removed": {}, "merged": 0, "added": 0, "values": {}}
        source = "train" if name in {"sources", "tokens"} else "all"
        place = {"phase": "adapt", "step": name, "source": source}
        return {**place, "rows_in": rows_in, "rows_out": rows_out, **quiet, **happened}

    return [
        step("sources", 61_440, 61_440),
        step("tagged", 61_440, 3_019, merged=58_421, values={"left out because empty": 1_204}),
        step("clean", 3_019, 3_007, dropped={"shorter than 20 characters": 12}, values={"white space": 88}),
        step("deduplicate", 3_007, 3_000, removed={"the same text as another row": 7}),
        step("split", 3_000, 3_000),
        step("tokens", 2_541, 4_388, added=1_847),
    ]


def example_curve() -> list[dict[str, Any]]:
    dice = random.Random(0)
    points: list[dict[str, Any]] = []
    for update in range(1, 151):
        loss = 1.62 + 4.1 * math.exp(-update / 28) + dice.gauss(0, 0.09)
        rate = 5e-4 * min(update / 9, (150 - update) / 141)
        speed = 6_074 + dice.gauss(0, 140)
        points.append({"step": update, "loss": loss, "learning_rate": rate, "tokens_per_second": speed})
        if update % 25 == 0:
            points.append({"step": update, "eval_loss": 1.66 + 3.9 * math.exp(-update / 27)})
    return points


def example_rows() -> list[Example]:
    return [
        Example(
            "hospital.parquet:1042",
            [
                Piece("<patient>age:67, sex:F</patient><hospital>department:cardiology</hospital><visits><event>code:"),
                Piece("I50.9", hidden=True, base="the", adapted="I50.9"),
                Piece(", description:heart failure</event><event>code:"),
                Piece("C03CA01", hidden=True, base=",", adapted="C09AA05"),
                Piece(", description:"),
                Piece("furosemide", hidden=True, base="", adapted="furosemide"),
                Piece("</event></visits>"),
            ],
        ),
        Example(
            "hospital.parquet:2210",
            [Piece("<patient>age:"), Piece("41", hidden=True, base="10", adapted="39"), Piece(", sex:M</patient>")],
        ),
    ]


def bare_proof() -> Proof:
    """Only what a proof can't be without."""
    return Proof(
        name="bare",
        created="2025-11-21T06:45:12+00:00",
        verdict=Verdict("not measurable", "bits_per_byte", "The base has no trained head: not measurable."),
        scores=[],
        model=ModelFacts("tiny", "encoder", 0, 0),
    )


def with_every_text(value: Any, hostile: str) -> Any:
    """Put `hostile` into every text of a proof, keys of dicts too; what steers the program keeps its meaning."""
    steering = ("when", "data", "better", "role", "kind", "verdict", "against")
    if isinstance(value, str):
        return f"{value} {hostile}"
    if isinstance(value, list):
        return [with_every_text(item, hostile) for item in value]
    if isinstance(value, dict):
        own = {
            "step",
            "loss",
            "eval_loss",
            "learning_rate",
            "tokens_per_second",
            "phase",
            "source",
            "rows_in",
            "rows_out",
        }
        own |= {"dropped", "removed", "merged", "added", "values"}
        return {k if k in own else f"{k} {hostile}": with_every_text(item, hostile) for k, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        texts = {field.name: getattr(value, field.name) for field in fields(value)}
        held = {
            key: item
            if isinstance(item, str) and key in steering
            else (_in_recipe(item, hostile) if key == "recipe" else with_every_text(item, hostile))
            for key, item in texts.items()
        }
        return replace(value, **held)
    return value


def _in_recipe(recipe: str, hostile: str) -> str:
    """Put `hostile` into every value of a recipe, which stays one."""

    def said(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: said(item) for key, item in value.items()}
        if isinstance(value, list):
            return [said(item) for item in value]
        return f"{value} {hostile}" if isinstance(value, str) else value

    return yaml.safe_dump(said(yaml.safe_load(recipe)), sort_keys=False)
