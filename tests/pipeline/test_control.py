import json
from pathlib import Path

import pytest

from acclimate.core.errors import UserError
from acclimate.pipeline.check import check
from acclimate.pipeline.run import run
from tests.pipeline import tiny


def test_the_control_is_trained_alike_and_the_change_against_it_is_said(
    encoder: Path, rows: Path, tmp_path: Path
) -> None:
    texts = [{"text": f"the visits were {number} days and nobody came to the event"} for number in range(120)]
    general = tiny.write_rows(tmp_path / "general.jsonl", texts)
    evaluate = {
        "retention": None,
        "resamples": 100,
        "terms": None,
        "control": "general",
        "control_source": str(general),
    }
    recipe = tiny.recipe(encoder, rows, tmp_path / "run", evaluate=evaluate)
    done = run(recipe)
    lines = json.loads((done.folder / "scores.json").read_text())
    value = {(line["when"], line.get("against")): line["value"] for line in lines if line["name"] == "bits_per_byte"}
    assert value["change", "control"] == pytest.approx(value["after", None] - value["control", None])
    assert value["control", None] not in (value["before", None], value["after", None])
    assert [line["against"] for line in lines if line.get("primary")] == ["base"]
    assert "Against a control that was trained alike" in (done.folder / "report.md").read_text()
    model = done.folder / "control" / "04-adapt-train" / "model" / "model.safetensors"
    before = model.stat().st_mtime_ns
    assert run(recipe).verdict == done.verdict
    assert model.stat().st_mtime_ns == before, "the same call again trains nothing"


@pytest.mark.parametrize(
    "change, says",
    [
        ({}, "needs general text"),
        ({"control_source": {"name": "sample", "sample": "general"}}, "on which forgetting is measured"),
        ({"control_source": {"name": "jsonl", "path": "SHORT"}}, "the general text has 2 tokens"),
        (
            {"control_source": {"name": "jsonl", "path": "SHORT"}, "retention": "SHORT"},
            "on which forgetting is measured",
        ),
    ],
)
def test_text_that_can_not_be_the_controls(
    change: dict[str, object], says: str, encoder: Path, rows: Path, tmp_path: Path
) -> None:
    short = str(tiny.write_rows(tmp_path / "short.jsonl", [{"text": "the visits"}]))
    filled = json.loads(json.dumps(change).replace("SHORT", short))
    evaluate = {"retention": None, "resamples": 100, "terms": None, "control": "general", **filled}
    recipe = tiny.recipe(encoder, rows, tmp_path / "run", evaluate=evaluate)
    for start in (run, check) if "tokens" not in says else (run,):
        with pytest.raises(UserError, match=says):
            start(recipe)
    assert not (tmp_path / "run").exists(), "it is said before anything is trained"


def test_records_with_replay_and_control_run_and_terms_are_the_domains_alone(encoder: Path, tmp_path: Path) -> None:
    """Replayed rows have no header and no cuts, and 120 of them share words that would else be mined as terms."""
    data = tiny.write_rows(tmp_path / "events.jsonl", tiny.events(60))
    texts = [{"text": f"day {number}, nobody: came to the ward, and the ward was full"} for number in range(200)]
    general = {"name": "jsonl", "path": str(tiny.write_rows(tmp_path / "general.jsonl", texts))}
    body = {"tag": "visits", "each": {"tag": "event", "fields": ["day", "code", "description"]}}
    header = [{"tag": "who", "fields": ["sex"]}]
    prepare = [
        {"name": "tagged", "group_by": ["patient"], "order_by": "day", "header": header, "body": body, "time": "delta"},
        {"name": "split", "group_by": "patient", "validation": 0.1, "test": 0.4},
        {"name": "replay", "source": general, "share": 0.5},
    ]
    masking = {"name": "token_sep", "masking_sep_token": ",", "mask": "value"}
    evaluate = {"retention": None, "resamples": 100, "control": "general", "memorisation": True}
    recipe = tiny.recipe(
        encoder, data, tmp_path / "run", prepare=prepare, objective={"name": "mlm", "masking": masking},
        evaluate=evaluate, tokens={"max_length": 64, "domain_words": 3},
    )  # fmt: skip
    done = run(recipe)
    assert {score.against for score in done.scores if score.when == "change"} == {"base", "control"}
    assert {score.slice for score in done.scores if score.name == "term_bits"} >= {"code", "description"}
    (training,) = [
        one for one in json.loads((done.folder / "report.json").read_text())["data"] if one["role"] == "train"
    ]
    assert training["rows"] == 2 * training["groups"], "an article is no patient"
    assert not {"ward", "nobody"} & set(done.tokenizer.get_added_vocab())
