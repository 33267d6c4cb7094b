"""The process in which `acclimate convert` reads pickled weights: `python -m acclimate.model.convert_child < job.json`.

It takes `{"files": [[source, target], ...], "tied": {name: kept name}}` on standard input and answers on standard output
with `{"network": ..., "files": [...]}`, or with `{"fault": {...}}` and exit code 2.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from acclimate.core.errors import UserError
from acclimate.model.cut_off import leave_network, refuse_all_but_reading


def main() -> int:
    """Cut this process off, then convert file by file."""
    job = json.load(sys.stdin)
    alone = leave_network()  # before torch starts threads: the kernel takes the whole process or refuses
    import safetensors.torch  # noqa: F401  what is imported later would be read behind the wall

    refuse_all_but_reading()
    try:
        files = [convert(Path(source), Path(target), job["tied"]) for source, target in job["files"]]
    except UserError as error:
        sys.stdout.write(json.dumps({"fault": dataclasses.asdict(error.faults[0])}))
        return UserError.exit_code
    network = "cut off by the kernel and by Python" if alone else "cut off by Python"
    sys.stdout.write(json.dumps({"network": network, "files": files}))
    return 0


def convert(source: Path, target: Path, tied: dict[str, str]) -> dict[str, Any]:
    """Write one file's tensors as safetensors, numbers and dtypes as they are, and say what they are.

    Takes: `tied`, names that the model makes from another; left out where the file holds the same tensor under both.
    """
    from safetensors.torch import save_file

    from acclimate.model.torch_file import tensors_of

    tensors = tensors_of(source)
    left_out = {name: kept for name, kept in tied.items() if _same(tensors.get(name), tensors.get(kept))}
    written: dict[str, Any] = {}
    seen = set()
    for name, tensor in tensors.items():
        if name in left_out:
            continue
        own = tensor.contiguous()
        place = own.untyped_storage().data_ptr()
        written[name] = own.clone() if place in seen else own  # safetensors takes no two tensors of one storage
        seen.add(place)
    save_file(written, target, metadata={"format": "pt"})
    sizes = {name: tensor.nbytes for name, tensor in written.items()}
    return {"tensors": sizes, "left_out": left_out}


def _same(one: Any, other: Any) -> bool:
    return one is not None and other is not None and _layout(one) == _layout(other)


def _layout(tensor: Any) -> tuple[Any, ...]:
    return tensor.data_ptr(), tensor.dtype, tensor.shape, tensor.stride()


if __name__ == "__main__":
    sys.exit(main())
