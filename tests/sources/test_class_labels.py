"""Numbers of class labels become names, from wherever the names are written."""

from pathlib import Path

import datasets
import pyarrow as pa

from acclimate.sources.class_labels import named_labels

README = """---
dataset_info:
- config_name: en
  features:
  - name: label
    dtype:
      class_label:
        names:
          '0': neg
          '1': pos
  - name: tags
    list:
      class_label:
        names: {'0': O, '1': B, '10': I}
- config_name: de
  features:
  - name: label
    dtype: {class_label: {names: {'0': nein}}}
---
"""


def test_names_of_a_readme_go_by_configuration(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(README)
    rows = pa.table({"label": [0, 1, -1, None], "tags": [[0, 2], [], None, [1]], "other": [1, 1, 1, 1]})
    named = named_labels(rows, tmp_path / "README.md", "en", [tmp_path / "x.csv"])
    assert named.to_pydict() == {
        "label": ["neg", "pos", None, None],
        "tags": [["O", "I"], [], None, ["B"]],
        "other": [1, 1, 1, 1],
    }
    german = named_labels(rows, tmp_path / "README.md", "de", [tmp_path / "x.csv"])
    assert german["label"].to_pylist() == ["nein", None, None, None]
    assert german["tags"].to_pylist() == rows["tags"].to_pylist()


def test_names_that_datasets_wrote_into_parquet(tmp_path: Path) -> None:
    labels = datasets.ClassLabel(names=["neg", "pos"])
    features = datasets.Features({"label": labels, "tags": datasets.List(labels), "n": datasets.Value("int64")})
    written = datasets.Dataset.from_dict({"label": [1, 0], "tags": [[0], [1, 1]], "n": [1, 0]}, features=features)
    written.to_parquet(tmp_path / "x.parquet")
    rows = pa.table({"label": [1, 0], "tags": [[0], [1, 1]], "n": [1, 0]})
    assert named_labels(rows, tmp_path / "README.md", None, [tmp_path / "x.parquet"]).to_pydict() == {
        "label": ["pos", "neg"],
        "tags": [["neg"], ["pos", "pos"]],
        "n": [1, 0],
    }


def test_text_that_stands_for_a_label_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(README)
    rows = pa.table({"label": ["0", "pos"]})
    assert named_labels(rows, tmp_path / "README.md", "en", [tmp_path / "x.csv"]).equals(rows)
