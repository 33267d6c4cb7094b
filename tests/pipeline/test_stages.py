from pathlib import Path

from acclimate.pipeline.stages import AT_THE_END, PER_PHASE, STAGES, folder_name


def test_every_stage_is_a_package(root: Path) -> None:
    folders = [stage.folder for stage in STAGES]
    assert len(set(folders)) == len(folders)
    assert not [name for name in folders if not (root / "src" / "acclimate" / name / "__init__.py").is_file()]
    assert {*PER_PHASE, *AT_THE_END} <= set(folders)


def test_run_folders_are_numbered_through_all_phases() -> None:
    phases = ["adapt", "task"]
    names = [folder_name(stage, phase, phases) for phase in phases for stage in PER_PHASE]
    names += [folder_name(stage, "", phases) for stage in AT_THE_END]
    assert names == [
        "01-adapt-sources", "02-adapt-prepare", "03-adapt-tokens", "04-adapt-train",
        "05-task-sources", "06-task-prepare", "07-task-tokens", "08-task-train", "09-evaluate", "10-report",
    ]  # fmt: skip
    assert names == sorted(names)
