import sys

import pytest

from acclimate.cli.display import Display
from acclimate.core.events import Event

PROGRESS = {"step": 3, "total": 9, "loss": 1.5, "tokens_per_second": 1234.0, "left": 75.0}


def test_off_a_terminal_lines_of_the_log_are_printed_and_no_bar(capfd: pytest.CaptureFixture[str]) -> None:
    display = Display()
    display(Event("stage", "adapt: training"))
    display(Event("progress", "", PROGRESS))
    display(Event("log", "", {"step": 3, "loss": 1.5, "learning_rate": 1e-4}))
    display(Event("note", "documents [lie] end to end"))
    display(Event("done", "better"))
    said = capfd.readouterr().err
    assert "adapt: training\n" in said
    assert "  update 3  loss 1.5  learning_rate 0.0001\n" in said
    assert "documents [lie] end to end" in said
    assert "tokens/s" not in said


def test_what_came_from_data_is_no_markup(capfd: pytest.CaptureFixture[str]) -> None:
    Display()(Event("warning", "row x.csv:1 holds [red]text[/red] and [/] and \\[b]"))
    assert "[red]text[/red] and [/]" in capfd.readouterr().err


def test_on_a_terminal_a_bar_with_loss_speed_and_time_left(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "160")
    display = Display()
    display(Event("progress", "", PROGRESS))
    display._progress.refresh()
    display(Event("log", "", {"step": 3, "loss": 1.5}))
    display(Event("done"))
    said = capfd.readouterr().err
    assert "3/9" in said
    assert "loss 1.500  1,234 tokens/s  1 min 15 s left" in said
    assert "update 3" not in said
