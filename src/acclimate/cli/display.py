"""What a person sees while a run goes on: stages, notes, and one line of progress."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from acclimate.core.events import Event


class Display:
    """Shows events. On a terminal progress is a bar; elsewhere each line of the log is printed."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[facts]}"),
        )
        self._progress = Progress(*columns, console=self.console, transient=True)
        self._task: TaskID | None = None
        self._name = ""

    def __call__(self, event: Event) -> None:
        """Show one event."""
        shown = {
            "stage": "[bold]{}[/bold]",
            "note": "  {}",
            "warning": "  [yellow]warning:[/yellow] {}",
            "saved": "  [dim]{}[/dim]",
        }
        if event.kind == "progress":
            self._advance(event)
        elif event.kind == "log" and not sys.stderr.isatty():
            self.console.print("  " + _line(event.data), markup=False)
        elif event.kind in shown:
            if event.kind == "stage":
                self._end()
            before, _, after = shown[event.kind].partition("{}")
            self.console.print(f"{before}{event.text.replace('[', chr(92) + '[')}{after}")
        elif event.kind == "done":
            self._end()

    def _advance(self, event: Event) -> None:
        if not sys.stderr.isatty():
            return
        data = event.data
        name, total = event.text or "training", data.get("total", data.get("of", 1))
        if self._task is None or name != self._name:
            self._end()
            self._progress.start()
            self._task, self._name = self._progress.add_task(name, total=total, facts=""), name
        facts = ""
        if "loss" in data:
            facts = f"loss {data['loss']:.3f}  {data['tokens_per_second']:,.0f} tokens/s  {_time(data['left'])} left"
        self._progress.update(self._task, completed=data.get("step", data.get("done", 0)), facts=facts)

    def _end(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._progress.stop()
            self._task = None


def _line(data: dict[str, float]) -> str:
    parts = [f"update {data.get('step')}"]
    parts += [f"{key} {value:.4g}" for key, value in data.items() if key != "step" and isinstance(value, float)]
    return "  ".join(parts)


def _time(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
