import subprocess
import sys

import pytest

pytest.importorskip("bitsandbytes", reason="bitsandbytes is not installed")
SCRIPT = """
import sys, types
fetched = []
kernels = types.ModuleType("kernels")
kernels.__spec__ = types.SimpleNamespace(name="kernels")
kernels.get_kernel = lambda *names, **more: fetched.append(names)
{before}
from acclimate.compat.peft import library
library().LoraConfig
assert "bitsandbytes" in sys.modules
assert not fetched, fetched
assert sys.modules.get("kernels") is {after}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "before, after", [("sys.modules['kernels'] = kernels", "kernels"), ("", "None")], ids=["with kernels", "without"]
)
def test_nothing_is_fetched_while_peft_is_imported(before: str, after: str) -> None:
    script = SCRIPT.format(before=before, after=after)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
