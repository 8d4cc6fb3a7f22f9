"""Where models run, in which precision and on how many threads."""

import os

import torch

from core.errors import Unavailable
from core.inference.types import Accelerator
from core.runs.types import Task

_SMALL = 20_000_000
"""Parameters below which one core is enough."""
_MOST_PICTURES = 8


def pick_device(wanted: str) -> torch.device:
    """The device for `wanted`: `auto`, `cpu` or `cuda`.

    Raises
    ------
    Unavailable : `cuda` was asked for and there is none.
    """
    if wanted == "cpu":
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    if wanted == "cuda":
        raise Unavailable(
            "GLIMPSE_DEVICE is “cuda”, but no CUDA device answers; "
            "check the driver or set it to “auto” or “cpu”."
        )
    return torch.device("cpu")


def device_name(device: torch.device) -> str:
    """What people see, such as `cpu` or `cuda:0 (NVIDIA H200)`."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)


def pick_dtype(
    wanted: str, device: torch.device, task: Task, trained: torch.dtype | None
) -> torch.dtype:
    """The precision for `wanted`: a torch dtype's name, or `auto`.

    `auto` is float32 on the CPU and float16 on a GPU, where only a text model that was trained
    in bfloat16 keeps it: its range may not fit float16. Detectors lose accuracy in bfloat16.
    """
    if wanted != "auto":
        return {"float32": torch.float32, "float16": torch.float16}.get(wanted, torch.bfloat16)
    if device.type != "cuda":
        return torch.float32
    if task is Task.GENERATION and trained is torch.bfloat16:
        return torch.bfloat16
    return torch.float16


def most_pictures(parameters: int, device: torch.device) -> int:
    """How many pictures a detector may see in one pass.

    On the CPU a large model keeps all cores busy with one picture, and several are slower.
    """
    return _MOST_PICTURES if device.type == "cuda" or parameters < _SMALL else 1


def use_threads(parameters: int, device: torch.device) -> None:
    """Let the calling thread compute on as many cores as help a model of this size.

    The setting is the thread's own, and the first one of threads yet to start. A small model on
    several cores waits more than it computes: on a busy machine it was twenty times slower.
    """
    if device.type != "cpu":
        return
    wanted = 1 if parameters < _SMALL else os.cpu_count() or 1
    if torch.get_num_threads() != wanted:
        torch.set_num_threads(wanted)


def accelerators() -> tuple[Accelerator, ...]:
    """Those that this process uses; to look makes it use no other."""
    if not torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        return ()
    return tuple(_accelerator(number) for number in range(torch.cuda.device_count()))


def _accelerator(number: int) -> Accelerator:
    free, total = torch.cuda.mem_get_info(number)
    name = device_name(torch.device("cuda", number))
    return Accelerator(name, torch.cuda.memory_allocated(number), free, total)


def cuda_version() -> str | None:
    """Of the CUDA that torch was built for; None where it knows the CPU alone."""
    found: str | None = torch.version.cuda
    return found
