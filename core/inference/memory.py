"""Memory that an unloaded model leaves behind, and that a loaded one keeps from being looked at.

The process freezes what it holds once it has started: Streamlit runs a full collection after each
rerun, which is slow over models. What is frozen is not collected either.
"""

import gc

import torch


def give_back() -> None:
    """Collect what nobody holds any more, frozen or not, and let the device have it."""
    frozen = gc.get_freeze_count() > 0
    gc.unfreeze()
    gc.collect()
    if frozen:
        gc.freeze()
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()


def keep_aside() -> None:
    """Freeze what was loaded meanwhile too, where the process freezes at all."""
    if gc.get_freeze_count() > 0:
        gc.collect()
        gc.freeze()
