"""A new job of prompts: a CSV file, and how every one of them is answered."""

from pathlib import PurePath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import Invalid
from core.jobs.prompt_file import COLUMNS, read_prompts
from core.jobs.types import GenerateTask, ItemPrompt, JobKind
from core.permissions import Actor, Permission
from core.runs.types import Task
from ui.components.batch_send import run_button, send, upload_key, upload_limit
from ui.components.batch_words import counted
from ui.components.generation_form import EXAMPLES, model_field
from ui.components.limit_note import limit_note
from ui.components.sampling import sampling_panel
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.text import plain, shortened

_TOLD = 5
_PROMPT_CHARS = 120
_EXAMPLE = "prompt,seed\r\n" + "".join(
    f'"{prompt}",{seed}\r\n' for seed, prompt in enumerate(EXAMPLES.values(), start=1)
)


def prompts_form(actor: Actor) -> None:
    """The file, its first lines, the one button, and below it those of the generation page."""
    settings = workbench().settings
    file = _upload()
    told = st.container()
    clicked = run_button()
    answer = st.container()
    with told, shown():
        _preview(file)
    with shown(stop=True):
        info = model_field()
        params = sampling_panel(info, settings.max_new_tokens)
    if clicked:
        with answer, shown(), st.spinner("Taking them in", show_time=True):
            _run(file, GenerateTask(params, info.id))
    with answer, shown():
        limit_note(actor, Task.GENERATION)


def _upload() -> UploadedFile | None:
    settings = workbench().settings
    file = st.file_uploader(
        "CSV file of prompts",
        type=["csv", "txt"],
        key=upload_key("prompts"),
        max_upload_size=upload_limit(settings),
        help=f"Up to {settings.max_job_items:,} prompts. The column “{COLUMNS[0]}” is used, or the "
        f"only one; {', '.join(COLUMNS[1:])} may stand beside it, each for its line alone.",
    )
    st.download_button(
        "Example file",
        _EXAMPLE,
        "glimpse-prompts.csv",
        "text/csv",
        key="batch-example",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
    )
    return file


def _preview(file: UploadedFile | None) -> None:
    """What will be done. Raises as `read_prompts`."""
    if file is None:
        st.caption("Choose a file; its first lines and what will be done are told here.")
        return
    prompts = read_prompts(file.getvalue())
    st.caption(f"{counted(JobKind.GENERATE, len(prompts))} will be answered, each by itself.")
    st.table([_line(prompt) for prompt in prompts[:_TOLD]], hide_index=True)
    if len(prompts) > _TOLD:
        st.caption(f"and {len(prompts) - _TOLD:,} more")


def _line(prompt: ItemPrompt) -> dict[str, str]:
    own = {name: getattr(prompt, name) for name in COLUMNS[1:]}
    told = ", ".join(f"{name} {value}" for name, value in own.items() if value is not None)
    return {
        "Line": prompt.name.removeprefix("line "),
        "Prompt": plain(shortened(prompt.text, _PROMPT_CHARS)),
        "Its own": told,
    }


def _run(file: UploadedFile | None, task: GenerateTask) -> None:
    actor = require(Permission.BATCH)
    if file is None:
        raise Invalid("No file was chosen; choose a CSV file with a prompt on each line.")
    name = PurePath(file.name).stem
    send(
        (file.file_id, task),
        lambda: workbench().jobs.generate_file(actor, file.getvalue(), task, name),
    )
