import pytest
from huggingface_hub import constants

from acclimate.compat import hub_files
from acclimate.compat.hub_files import Listing, safetensors_revision
from tests.hub_served import Hub, served

SAFE, PICKLED = {"model.safetensors": b"s"}, {"pytorch_model.bin": b"p"}


def test_names_by_their_ending() -> None:
    listed = Listing("a/b", "main", "c", {"a.bin": "", "b/c.bin": "", "d.json": ""})
    assert listed.with_ending(".bin", ".pt") == ["a.bin", "b/c.bin"]


@pytest.mark.parametrize(
    "revisions, found",
    [
        ({"main": PICKLED}, ""),
        ({"main": PICKLED, "refs/pr/2": PICKLED}, ""),
        ({"main": PICKLED, "refs/pr/2": SAFE, "refs/pr/3": PICKLED}, "refs/pr/2"),
        ({"main": PICKLED, "refs/pr/9": SAFE, "refs/pr/10": SAFE}, "refs/pr/10"),
    ],
)
def test_the_newest_pull_request_with_safetensors(
    revisions: dict[str, dict[str, bytes]], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    with served(Hub({"some/base": revisions})) as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.address)
        assert safetensors_revision("some/base") == found
        assert safetensors_revision("some/none") == ""
        monkeypatch.setattr(hub_files, "_HINT_SECONDS", -1.0)  # a hint is not waited for
        assert safetensors_revision("some/base") == ""


@pytest.mark.parametrize("value, wanted", [("", False), ("0", False), ("1", True)])
def test_offline_is_what_the_hubs_own_variable_says(value: str, wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    assert hub_files.offline() is wanted
