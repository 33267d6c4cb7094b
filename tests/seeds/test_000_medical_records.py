"""Seed 000, steps 1 and 2: medical records become sequences, sequences become tokens, blocks and masked batches.

Ghashami 2023, Domain adaptation of a large language model: each test is one statement of the article. Training and the
files that it leaves are in test_000_training.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import DataCollatorForLanguageModeling

from acclimate.adapter.lora import Lora
from acclimate.compat.text_encoder import text_encoder
from acclimate.core.examples import Document, Examples
from acclimate.core.method import Method
from acclimate.core.registry import resolve
from acclimate.masking.token_sep import TokenSep
from acclimate.model.load import load
from acclimate.model.section import Model
from acclimate.objective.mlm import Mlm
from acclimate.pipeline.check import check
from acclimate.prepare.tagged import Tagged
from acclimate.tokens.encode import Encoded, encode
from acclimate.tokens.section import Tokens
from acclimate.tokens.vocabulary import add_tags
from tests.seeds.tiny import LONGEST, deberta_tokenizer

NAMES = ("patient", "hospital", "visits", "event")
TAGS = [f"<{slash}{name}>" for name in NAMES for slash in ("", "/")]
LOGIN_TAGS = (
    "<datasource>,</datasource>,<prefix>,</prefix>,<username>,</username>,"
    "<accountId>,</accountId>,<session>,</session>,<event>,</event>"
)
VISITS: dict[str, Any] = {
    "group_by": ["patient_id", "hospital_id"],
    "order_by": "day",
    "header": [{"tag": "patient", "fields": ["name", "age"]}, {"tag": "hospital", "fields": ["ward"]}],
    "body": {"tag": "visits", "each": {"tag": "event", "fields": ["day", "code"]}},
}
EVENTS = [
    {"patient_id": "1", "hospital_id": "N", "name": "Ada", "age": "34", "ward": "north", "day": "2021-03-02", "code": "B2"},
    {"patient_id": "1", "hospital_id": "S", "name": "Ada", "age": "34", "ward": "south", "day": "2021-02-01", "code": "C3"},
    {"patient_id": "1", "hospital_id": "N", "name": "Ada", "age": "34", "ward": "north", "day": "2021-01-05", "code": "A1"},
]  # fmt: skip
PERSON = "<patient>name:Ada, surname:Moss, patientID:77, age:34</patient>"
RECORD = f"{PERSON}<hospital>ward:north</hospital><visits><event>day:2021-01-05, code:A1</event></visits>"


def tagged(rows: Sequence[dict[str, str]], **options: Any) -> list[str]:
    own = [{"row_id": f"r:{number}", "_role": "train", **row} for number, row in enumerate(rows, 1)]
    made, _ = Tagged.model_validate(options).apply(pa.Table.from_pylist(own), "prepare.0", 0)
    texts: list[str] = made.column("text").to_pylist()
    return texts


def encoded(texts: Sequence[str], tokenizer: Any, tags: Sequence[str] = TAGS, **tokens: Any) -> Encoded:
    rows = pa.table({"row_id": [f"r:{number}" for number in range(len(texts))], "text": list(texts)})
    section = Tokens.model_validate({"additional_special_tokens": list(tags), **tokens})
    return encode(rows, tokenizer, Mlm(masking="word"), section, LONGEST, "tokens")


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """DeBERTa's, with the tags of both domains."""
    made = deberta_tokenizer([RECORD, "name surname patientID age ward day code"] * 5)
    add_tags(made, [*TAGS, *LOGIN_TAGS.split(",")])
    return made


# --- step 1: data -----------------------------------------------------------------------------------------------------


def test_four_tags_hold_who_where_and_what_happened() -> None:
    """Patient and hospital come first, all events lie inside `visits`, and attributes are key:value pairs."""
    north, south = tagged(EVENTS, **VISITS)
    assert north == (
        "<patient>name:Ada, age:34</patient><hospital>ward:north</hospital><visits>"
        "<event>day:2021-01-05, code:A1</event><event>day:2021-03-02, code:B2</event></visits>"
    )
    assert south.endswith("<hospital>ward:south</hospital><visits><event>day:2021-02-01, code:C3</event></visits>")


@given(st.permutations(range(6)))
def test_events_of_a_patient_in_a_hospital_stand_in_the_order_of_time(order: list[int]) -> None:
    """However the rows lie, one patient's visits to one hospital read from the first to the last."""
    rows = [{**EVENTS[0], "day": f"2021-01-{number + 1:02d}", "code": f"E{number}"} for number in range(6)]
    (text,) = tagged([rows[place] for place in order], **VISITS)
    assert [text.index(f"code:E{number}") for number in range(6)] == sorted(text.index(f"code:E{n}") for n in range(6))


def test_the_articles_other_domain_is_a_record_too() -> None:
    """Its default tags are of log-ins: a prefix that names source, user and account, then sessions of events."""
    tags = {
        "group_by": ["user"],
        "order_by": "time",
        "header": [
            {"tag": "datasource", "fields": ["source"], "keys": False},
            {
                "tag": "prefix",
                "children": [
                    {"tag": "username", "fields": ["user"], "keys": False},
                    {"tag": "accountId", "fields": ["account"], "keys": False},
                ],
            },
        ],
        "body": {"tag": "session", "group_by": ["session"], "each": {"tag": "event", "fields": ["action"]}},
    }
    who = {"source": "web", "user": "ada", "account": "77"}
    rows = [{**who, "session": s, "time": t, "action": a} for s, t, a in (("2", "30", "buy"), ("1", "10", "log in"), ("1", "20", "look"))]  # fmt: skip
    (text,) = tagged(rows, **tags)
    assert text == (
        "<datasource>web</datasource><prefix><username>ada</username><accountId>77</accountId></prefix>"
        "<session><event>action:log in</event><event>action:look</event></session>"
        "<session><event>action:buy</event></session>"
    )
    assert all(tag in text for tag in LOGIN_TAGS.split(","))


def test_train_and_test_are_read_from_parquet_with_one_column_of_text(tmp_path: Path, deberta: Path) -> None:
    """Two globs of Parquet files, a column `text` that is tagged already, tags listed by hand, blocks, no split."""
    for role, count in (("train", 30), ("test", 12)):
        (tmp_path / role).mkdir()
        for part in range(2):
            texts = [RECORD.replace("77", f"{role}{part}{number}") for number in range(count // 2)]
            pq.write_table(pa.table({"text": texts}), tmp_path / role / f"{part}.parquet")
    recipe = {
        "model": str(deberta),
        "sources": {
            "train": {"name": "parquet", "path": str(tmp_path / "train/*.parquet")},
            "validation": {"name": "parquet", "path": str(tmp_path / "test/*.parquet")},
        },
        "tokens": {"additional_special_tokens": ",".join(TAGS), "batch": "concat", "max_length": 32},
        "objective": {"name": "mlm", "masking": {"name": "token_sep", "masking_sep_token": ","}},
        "train": {"max_steps": 2, "per_device_train_batch_size": 4},
    }
    (facts,) = check(recipe).phases
    assert facts.rows == {"train": 30, "validation": 12, "test": 0}
    assert facts.new_tokens == len(TAGS)
    assert facts.tokens == 32 * facts.windows


# --- step 2: tokens ---------------------------------------------------------------------------------------------------


def test_a_tag_is_never_split_and_never_hidden(tokenizer: Any) -> None:
    """Each tag is one token of its own wherever it stands, as after transformers' own add_special_tokens."""
    plain = deberta_tokenizer([RECORD] * 5)
    plain.add_tokens(TAGS, special_tokens=True)
    assert plain.tokenize(RECORD) == [*tokenizer.tokenize(RECORD)]
    assert [token for token in tokenizer.tokenize(RECORD) if token in TAGS] == [
        "<patient>", "</patient>", "<hospital>", "</hospital>", "<visits>", "<event>", "</event>", "</visits>",
    ]  # fmt: skip
    one = encoded([RECORD] * 8, tokenizer).examples
    tag_ids = tokenizer.convert_tokens_to_ids(TAGS)
    assert (one.units_T[np.isin(one.ids_T, tag_ids)] == -1).all()


def test_records_differ_in_length_and_blocks_do_not(tokenizer: Any) -> None:
    """Joined end to end and cut, all are as long as the context; the remainder is dropped, here counted as well."""
    texts = [RECORD.replace("A1", "A1 B2 " * number) for number in range(1, 12)]
    blocks = encoded(texts, tokenizer, batch="concat", max_length=48)
    assert len({len(tokenizer(text).input_ids) for text in texts}) == len(texts)
    assert set(blocks.examples.lengths_N.tolist()) == {48}
    joined = np.concatenate([tokenizer(text).input_ids for text in texts])
    whole = len(joined) // 48
    assert blocks.examples.ids_T.tolist() == joined[: whole * 48].tolist()
    assert blocks.counts.values == {"tokens behind the last whole block": len(joined) - whole * 48}


def labels_of(examples: Examples, objective: Mlm, tokenizer: Any) -> tuple[Any, Any, Any]:
    """One batch of blocks as transformers would have it: original ids, ids with masks, labels with -100."""
    flat = examples.gather(np.arange(len(examples)))
    found = objective.supervise(flat, tokenizer, 0, 0)
    labels_T = np.full(len(flat.ids_T), -100)
    labels_T[found.positions_L] = found.labels_L
    shape = (len(examples), -1)
    return flat.ids_T.reshape(shape), found.ids_T.reshape(shape), labels_T.reshape(shape)


def blocks_of(tokenizer: Any, count: int = 400) -> Examples:
    texts = [RECORD.replace("Moss", f"Moss{number * number}") for number in range(count)]
    return encoded(texts, tokenizer, batch="concat", max_length=64).examples


def test_labels_are_minus_100_where_nothing_is_masked(tokenizer: Any) -> None:
    """In our words: only supervised positions have labels. The conventions are those of transformers' collator."""
    examples = blocks_of(tokenizer)
    before, masked, labels = labels_of(examples, Mlm(masking="word"), tokenizer)
    theirs = DataCollatorForLanguageModeling(tokenizer, mlm_probability=0.15, mask_replace_prob=1, random_replace_prob=0, seed=0)([{"input_ids": row} for row in before.tolist()])  # fmt: skip
    for ids, label in ((masked, labels), (theirs["input_ids"].numpy(), theirs["labels"].numpy())):
        chosen = label != -100
        assert (label[chosen] == before[chosen]).all()
        assert (ids[chosen] == tokenizer.mask_token_id).all()
        assert (ids[~chosen] == before[~chosen]).all()
    assert (labels != -100).any(axis=1).all(), "at least one unit of each sequence is masked"


def test_the_loss_is_transformers_loss_of_those_labels(tokenizer: Any, deberta: Path) -> None:
    """What is not masked has no part in the loss."""
    lm = load(Model(path=str(deberta)), "masked")
    base = lm.model.eval()
    texts = ["age 34, ward north, code A1", "ward south, code C3"]
    examples = encoded(texts * 4, lm.tokenizer, (), batch="concat", max_length=24).examples
    _, masked, labels = labels_of(examples, Mlm(masking="word"), lm.tokenizer)
    with torch.no_grad():
        found = base(input_ids=torch.tensor(masked).long(), labels=torch.tensor(labels))
    places = torch.tensor(labels) != -100
    ours = torch.nn.functional.cross_entropy(found.logits[places], torch.tensor(labels)[places])
    assert float(ours) == pytest.approx(float(found.loss), rel=1e-6)


def units(masking: Method, text: str, tokenizer: Any, objective: Mlm | None = None) -> list[str]:
    """What a strategy hides together, as text."""
    encoder = text_encoder(tokenizer, [*TAGS, *LOGIN_TAGS.split(",")], add_end=False)
    (pieces,) = encoder.pieces([text])
    never_T = encoder.special_V[pieces.ids_T]
    document = Document(text, pieces.ids_T, pieces.starts_T, pieces.ends_T, never_T, np.zeros_like(never_T))
    unit_T = objective.units(document, tokenizer) if objective else masking.units(document)  # type: ignore[attr-defined]
    places = [np.flatnonzero(unit_T == number) for number in range(unit_T.max() + 1)]
    return [text[pieces.starts_T[here[0]] : pieces.ends_T[here[-1]]].strip() for here in places]


WORDS = ["name", ":", "Ada", ",", "surname", ":", "Moss", ",", "patientID", ":", "77", ",", "age", ":", "34"]
STRATEGIES: list[tuple[str, dict[str, str], list[str]]] = [
    ("word", {}, WORDS),
    ("span", {}, WORDS),
    ("white_space", {}, ["name:Ada,", "surname:Moss,", "patientID:77,", "age:34"]),
    ("token_sep", {"masking_sep_token": ","}, ["name:Ada", "surname:Moss", "patientID:77", "age:34"]),
    ("token_sep", {}, ["name", "Ada, surname", "Moss, patientID", "77, age", "34"]),
    ("token_sep", {"masking_sep_token": ",", "mask": "value"}, ["Ada", "Moss", "77", "34"]),
]


@pytest.mark.parametrize("name, options, wanted", STRATEGIES)
def test_each_masking_strategy_hides_its_own_units(name: str, options: dict[str, str], wanted: list[str], tokenizer: Any) -> None:  # fmt: skip
    """The strategies of the article on a record of its kind; tags belong to no unit."""
    assert units(resolve("masking", name)(**options), PERSON, tokenizer) == wanted


def test_masking_by_token_hides_each_token_on_its_own(tokenizer: Any) -> None:
    """A unit is what the tokenizer makes of the text."""
    tokens = [token.replace("Ġ", "") for token in tokenizer.tokenize(PERSON) if token not in TAGS]
    assert units(resolve("masking", "token")(), PERSON, tokenizer) == tokens


def test_entities_of_the_prefix_are_masked_as_a_whole(tokenizer: Any) -> None:
    """With masking_prefix_flag, what stands between the tokens of entity_sep (by default the article's) is one unit."""
    text = "<prefix><username>ada moss, 2nd</username><accountId>77-a</accountId></prefix><session>log in</session>"
    objective = Mlm(masking=TokenSep(masking_sep_token=","), masking_prefix_flag=True)
    assert units(objective.masking, text, tokenizer, objective) == ["ada moss, 2nd", "77-a", "log in"]  # type: ignore[arg-type]


def test_spans_are_as_long_as_their_geometric_law_says(tokenizer: Any) -> None:
    """Lengths follow a geometric distribution with masking_span_p: words hidden at p = 1 never stand side by side."""
    documents = blocks_of(tokenizer).gather(np.arange(30))
    together = {}
    for p in (0.2, 1.0):
        key = documents.key_N
        hidden_T = resolve("masking", "span")(masking_span_p=p).hide(documents.units_T, documents.offsets_N1, key, 0.15)
        number_T = documents.units_T + 1000 * np.repeat(np.arange(30), 64)
        hidden = np.unique(number_T[hidden_T])
        together[p] = float((np.diff(hidden) == 1).mean())
    assert together[1.0] == 0
    assert together[0.2] > 0.4


def test_eighty_ten_ten_is_transformers_rule(tokenizer: Any) -> None:
    """Of the chosen tokens 8 in 10 become the mask, 1 a random token, 1 stays: here when asked for, there by default."""
    before, ours, labels = labels_of(
        blocks_of(tokenizer), Mlm(masking="token", mask_replace_prob=0.8, random_replace_prob=0.1), tokenizer
    )
    theirs = DataCollatorForLanguageModeling(tokenizer, seed=0)([{"input_ids": row} for row in before.tolist()])
    for ids, label in ((ours, labels), (theirs["input_ids"].numpy(), theirs["labels"].numpy())):
        chosen = label != -100
        shares = [(ids[chosen] == tokenizer.mask_token_id).mean(), (ids[chosen] == before[chosen]).mean()]
        assert chosen.sum() > 2000
        assert shares == pytest.approx([0.8, 0.1], abs=0.03)


def test_lora_has_the_articles_defaults_and_finds_debertas_matrices(deberta: Path) -> None:
    """lora_alpha 32, lora_dropout 0.1, and where no target is named those of the architecture."""
    adapter = Lora()
    assert (adapter.lora_alpha, adapter.lora_dropout) == (32, 0.1)
    adapted, _ = adapter.wrap(load(Model(path=str(deberta)), "masked").model, [], 0)
    trained = [name for name, weight in adapted.named_parameters() if weight.requires_grad]
    assert len(trained) == 2 * 2
    assert all(".in_proj.lora_" in name for name in trained)
