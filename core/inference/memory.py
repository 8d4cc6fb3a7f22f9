"""Memory that an unloaded model leaves behind, and that a loaded one keeps from being looked at.

The process freezes what it holds once it has started: a full collection is slow over models. What
is frozen is not collected either.
"""

import gc

import torch


def freeze() -> None:
    """Keep what is held now from being looked through.

    The last collection tells Python how little there is beside it, so that the next one does not
    wait until there is a quarter more of all.
    """
    gc.collect()
    gc.freeze()
    gc.collect()


def give_back() -> None:
    """Collect what nobody holds any more, frozen or not, and let the device have it."""
    frozen = gc.get_freeze_count() > 0
    gc.unfreeze()
    if frozen:
        freeze()
    else:
        gc.collect()
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()


def keep_aside() -> None:
    """Freeze what was loaded meanwhile too, where the process freezes at all."""
    if gc.get_freeze_count() > 0:
        freeze()
