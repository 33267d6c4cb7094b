"""The Hub's data sets without the Hub; tests/sources/test_hub.py asks a server that plays it."""

import pytest

from acclimate.compat.hub_data import HubDataError, find_data


def test_offline_and_not_in_the_cache(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(HubDataError, match="forbids the network") as caught:
        find_data("owner/name", "main", str(tmp_path))
    assert "hf download --repo-type dataset owner/name" in caught.value.do
