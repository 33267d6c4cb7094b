from typing import get_args

import pytest
from accelerate.tracking import LOGGER_TYPE_TO_CLASS

from acclimate.compat.trackers import need_trackers
from acclimate.core.errors import UserError
from acclimate.train.section import Tracker


def test_accelerates_trackers_are_all_there() -> None:
    assert set(get_args(Tracker)) == set(LOGGER_TYPE_TO_CLASS)


def test_one_that_is_installed_is_taken() -> None:
    need_trackers(["tensorboard"], "train.report_to")


def test_one_that_is_not_installed_is_named() -> None:
    with pytest.raises(UserError, match="comet_ml is not installed\n  do: pip install comet-ml"):
        need_trackers(["tensorboard", "comet_ml"], "train.report_to")


@pytest.mark.parametrize(
    "name, variable, quiet", [("wandb", "WANDB_MODE", "offline"), ("clearml", "CLEARML_OFFLINE_MODE", "1")]
)
def test_offline_means_offline(monkeypatch: pytest.MonkeyPatch, name: str, variable: str, quiet: str) -> None:
    monkeypatch.setattr("acclimate.compat.trackers.find_spec", lambda name: object())
    for name_of_variable in (variable, "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name_of_variable, raising=False)
    need_trackers([name], "train.report_to")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UserError, match=f"do: set {variable}={quiet}"):
        need_trackers([name], "train.report_to")
    monkeypatch.setenv(variable, quiet)
    need_trackers([name], "train.report_to")
    need_trackers(["tensorboard"], "train.report_to")
