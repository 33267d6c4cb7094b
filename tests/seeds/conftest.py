"""What the seeds' tests share: made-up data in folders, and tiny models of the seeds' own classes."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from acclimate.samples import hospital
from acclimate.samples.files import write_sample
from acclimate.samples.general import passages
from tests.seeds import tiny

PATIENTS, PARTS, DOCUMENTS = 48, 3, 24
GENERAL = [passage["text"] for passage in passages()]


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of made-up patients, a row an event, as several Parquet files in one folder: what a bucket holds."""
    folder = tmp_path_factory.mktemp("bucket") / "train"
    folder.mkdir()
    table = hospital.generate(PATIENTS, seed=0).joined()
    size = -(-table.num_rows // PARTS)
    for number in range(PARTS):
        pq.write_table(table.slice(number * size, size), folder / f"part-{number}.parquet")
    return folder


@pytest.fixture(scope="session")
def filings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up financial documents, a file each."""
    folder = tmp_path_factory.mktemp("filings")
    write_sample("finance", folder, size=DOCUMENTS)
    return folder


@pytest.fixture(scope="session")
def deberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny DeBERTa whose tokenizer has seen no hospital."""
    return tiny.deberta(tmp_path_factory.mktemp("models") / "deberta", GENERAL)


@pytest.fixture(scope="session")
def bloom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BLOOM whose tokenizer has seen no bank."""
    return tiny.bloom(tmp_path_factory.mktemp("models") / "bloom", GENERAL)
