import pytest

from acclimate.core.errors import UserError
from acclimate.core.extras import need_package


def test_what_is_there_is_not_asked_for() -> None:
    need_package("json", "nothing", "train.optim")


def test_what_is_missing_is_named_with_the_line_that_installs_it() -> None:
    with pytest.raises(UserError) as caught:
        need_package("no_such_library", "optimizers", "train.optim")
    assert str(caught.value) == (
        "train.optim: no-such-library is not installed\n  do: pip install 'acclimate[optimizers]'"
    )
