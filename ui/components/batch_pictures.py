"""A new job of pictures: files, a folder or an archive; and what to look for in all of them."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import Invalid
from core.jobs.archive import read_archive
from core.jobs.looking import LookedThrough, look_through
from core.jobs.types import DetectTask, Job, JobKind, NamedPicture
from core.permissions import Actor, Permission
from core.runs.types import Task
from ui.components.batch_send import run_button, send, upload_key, upload_limit
from ui.components.batch_words import counted
from ui.components.detection_form import DetectionAsk, phrases_field, settings_fields
from ui.components.limit_note import limit_note
from ui.errors import shown
from ui.guard import require
from ui.picture_choice import EXTENSIONS
from ui.resources import workbench
from ui.session import session
from ui.text import plain

_FROM_KEY = "batch-from"
_FILES, _FOLDER = "Files or ZIP", "Folder"
_ZIP = ".zip"
_TOLD = 3


def pictures_form(actor: Actor) -> None:
    """Files, phrases, the one button, and below it the settings of the detection page."""
    files = _upload()
    prompt = phrases_field()
    told, button = st.container(), st.container()
    with button:
        clicked = run_button()
        answer = st.container()
    with told, shown():
        looked = _looked(files)
        st.caption(_will_be_done(looked))
    with shown(stop=True):
        asked = settings_fields(actor, prompt)
    if clicked:
        with answer, shown(), st.spinner("Taking them in", show_time=True):
            _run(files, asked)
    with answer, shown():
        limit_note(actor, Task.DETECTION)


def _upload() -> Sequence[UploadedFile]:
    settings = workbench().settings
    st.session_state.setdefault(_FROM_KEY, _FILES)
    st.segmented_control(
        "Pictures from",
        [_FILES, _FOLDER],
        key=_FROM_KEY,
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )
    folder = st.session_state[_FROM_KEY] == _FOLDER
    return st.file_uploader(
        "A folder of pictures" if folder else "Pictures, or one ZIP archive of them",
        type=EXTENSIONS if folder else (*EXTENSIONS, _ZIP.removeprefix(".")),
        accept_multiple_files="directory" if folder else True,
        key=upload_key("folder" if folder else "files"),
        max_upload_size=upload_limit(settings),
        help=f"Up to {settings.max_job_items:,} pictures and {settings.max_job_bytes // 2**20:,} "
        "MiB in all. Folders within are looked through too.",
    )


def _looked(files: Sequence[UploadedFile]) -> LookedThrough | None:
    """Once for the same files. Raises as `read_archive`."""
    if not files:
        return None
    identity = tuple(file.file_id for file in files)
    known = session().batch_looked
    if known is None or known[0] != identity:
        with st.spinner("Looking through the files"):
            known = session().batch_looked = (identity, _look(files))
    return known[1]


def _look(files: Sequence[UploadedFile]) -> LookedThrough:
    settings = workbench().settings
    archive = _archive(files)
    if archive is not None:
        return look_through(read_archive(archive, settings), settings)
    return look_through(_pictures_of(files), settings)


def _pictures_of(files: Sequence[UploadedFile]) -> Iterator[NamedPicture]:
    return (NamedPicture(file.name, file.getvalue()) for file in files)


def _archive(files: Sequence[UploadedFile]) -> UploadedFile | None:
    """The one archive. Raises `Invalid` where it does not come alone."""
    archives = [file for file in files if PurePath(file.name).suffix.lower() == _ZIP]
    if archives and len(files) > 1:
        raise Invalid(
            f"“{archives[0].name}” is an archive beside other files; choose it alone, or only "
            "pictures."
        )
    return archives[0] if archives else None


def _will_be_done(looked: LookedThrough | None) -> str:
    if looked is None:
        return "Choose pictures; what will be done is told here."
    good = looked.total - len(looked.refused)
    if not looked.refused:
        return f"{counted(JobKind.DETECT, good)} will be looked at."
    told = [
        f"{plain(name)}: {plain(reason.partition(';')[0])}"
        for name, reason in looked.refused[:_TOLD]
    ]
    more = len(looked.refused) - len(told)
    return "  \n".join(
        [
            f"{counted(JobKind.DETECT, good)} will be looked at, "
            f"{len(looked.refused):,} will be refused:",
            *told,
            *([f"and {more:,} more"] if more else []),
        ]
    )


def _run(files: Sequence[UploadedFile], asked: DetectionAsk) -> None:
    actor = require(Permission.BATCH)
    looked = _looked(files)
    if looked is None:
        raise Invalid("No pictures were chosen; choose files, a folder or a ZIP archive.")
    if len(looked.refused) == looked.total:
        raise Invalid("None of these files is a picture that can be used; choose others.")
    task = DetectTask(asked.prompt, asked.params, asked.model)
    token = (*(file.file_id for file in files), task)
    send(token, lambda: _begin(actor, files, task))


def _begin(actor: Actor, files: Sequence[UploadedFile], task: DetectTask) -> Job:
    jobs, archive = workbench().jobs, _archive(files)
    if archive is not None:
        return jobs.detect_archive(actor, archive, task, PurePath(archive.name).stem)
    return jobs.detect(actor, tuple(_pictures_of(files)), task, _name(files))


def _name(files: Sequence[UploadedFile]) -> str:
    """The folder's, or that of the only file."""
    first = PurePath(files[0].name)
    if len(first.parts) > 1:
        return first.parts[0]
    return first.name if len(files) == 1 else counted(JobKind.DETECT, len(files))
