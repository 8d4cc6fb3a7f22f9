"""Which picture the detection page works on: an upload, a sample, or that of an earlier run."""

import streamlit as st

from core.config import Settings
from core.detection.images import FORMATS
from core.errors import Invalid
from core.permissions import Permission
from ui.components.samplepicker import sample_picker
from ui.guard import require
from ui.samples import Sample, samples
from ui.session import Source, session

PHRASES_KEY = "detection-phrases"
_UPLOAD_KEY = "detection-upload"
EXTENSIONS = ("jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "gif")


def picture_choice(settings: Settings) -> Source | None:
    """Upload and samples. Returns what is chosen; None also where a run's picture is shown."""
    st.file_uploader(
        "Picture",
        type=EXTENSIONS,
        key=_UPLOAD_KEY,
        on_change=_uploaded,
        max_upload_size=max(1, settings.max_image_bytes // 2**20),
        help=f"{', '.join(FORMATS)}, up to {settings.max_image_pixels / 10**6:.0f} megapixels. "
        "Of an animation, the first picture is used.",
    )
    _follow_address()
    source = session().detection_source
    picked = sample_picker(source.sample if source else None, key="detection-samples")
    if picked:
        _choose_sample(_sample(picked))
        st.rerun()
    return source


def _follow_address() -> None:
    """Take the sample that the address names, unless it is chosen already."""
    source, named = session().detection_source, st.query_params.get("sample")
    if named and (source is None or source.sample != named):
        _choose_sample(_sample(named))


def _sample(file: str) -> Sample:
    found = next((sample for sample in samples() if sample.file == file), None)
    if found is None:
        allowed = ", ".join(sample.file for sample in samples())
        raise Invalid(f"There is no sample “{file}”; choose one of: {allowed}.")
    return found


def _choose_sample(sample: Sample) -> None:
    _choose(Source(sample.title, sample.path.read_bytes(), sample.file))
    st.session_state[PHRASES_KEY] = sample.phrases


def _uploaded() -> None:
    require(Permission.DETECT)
    file = st.session_state[_UPLOAD_KEY]
    if file is not None:
        _choose(Source(file.name, file.getvalue()))
    elif (source := session().detection_source) and source.sample is None:
        _choose(None)


def _choose(source: Source | None) -> None:
    """Put `source` on the page in place of whatever run or picture was there."""
    session().detection_source = source
    session().detection_run_id = None
    wanted = {"sample": source.sample} if source and source.sample else {}
    if st.query_params.to_dict() != wanted:  # one change, so that one step back undoes it
        st.query_params.from_dict(wanted)
