"""The run that stands on a page: named by the address, else the last one of this tab.

The last one comes back on arrival from another page only. A step back in the browser to an
address without a run shows the page without one; it would otherwise lead forward again.
"""

from hashlib import sha256
from typing import NoReturn
from uuid import UUID

import streamlit as st

from core.detection.types import DetectionRun
from core.errors import NotAllowed
from core.generation.types import GenerationRun
from core.permissions import Actor, Permission
from ui.address import run_in_address, show_in_address
from ui.components import detection_form, generation_form
from ui.navigation import spec
from ui.resources import workbench
from ui.session import session


def opened_detection(actor: Actor) -> DetectionRun | None:
    """The page's fields follow the run. Raises `NotFound`, also for another's, and `Invalid`."""
    run_id = run_in_address()
    if run_id is None and session().arrived and "sample" not in st.query_params:
        run_id = session().detection_run_id
    if run_id is None:
        session().detection_run_id = None
        return None
    run = workbench().detection.get(actor, run_id)
    _check_usable(actor, run)
    source = session().detection_source
    if source and sha256(source.content).hexdigest() != run.image.sha256:
        session().detection_source = None
    if session().detection_run_id != run.id:
        detection_form.fill_from(run)
    show_detection(run.id)
    return run


def opened_generation(actor: Actor) -> GenerationRun | None:
    """The page's fields follow the run. Raises `NotFound`, also for another's, and `Invalid`."""
    run_id = run_in_address() or (session().generation_run_id if session().arrived else None)
    if run_id is None:
        session().generation_run_id = session().edited_run_id = None
        return None
    run = workbench().generation.get(actor, run_id)
    _check_usable(actor, run)
    if session().generation_run_id != run.id:
        generation_form.fill_from(run)
    show_generation(run.id)
    return run


def go_to_generation(run: GenerationRun) -> NoReturn:
    """Leave for the generation page, which opens with `run`.

    The address cannot take it there: on the way, `st.switch_page` puts the query of the page it
    leads to behind the path of the page it leaves, and a step back would open that.
    """
    generation_form.fill_from(run)
    session().generation_run_id, session().edited_run_id = run.id, None
    st.switch_page(spec("generation").page())


def _check_usable(actor: Actor, run: DetectionRun | GenerationRun) -> None:
    """These pages are for making more of a run; one that is only to be rated has its own."""
    if run.user_id != actor.user_id and not actor.may(Permission.REVIEW):
        raise NotAllowed("This run is somebody else's; rate it on the page “Asked to rate”.")


def show_detection(run_id: UUID) -> None:
    session().detection_run_id = run_id
    show_in_address(run_id)


def show_generation(run_id: UUID) -> None:
    if session().generation_run_id != run_id:
        session().edited_run_id = None
    session().generation_run_id = run_id
    show_in_address(run_id)
