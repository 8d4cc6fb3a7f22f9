"""The front door: one process serves the pages, the HTTP API, health and metrics."""

import streamlit as st
from starlette.middleware import Middleware

from api.app import create_app
from ui.errors import on_script_error
from ui.lifespan import lifespan
from ui.resources import workbench
from ui.routes import beside_pages
from ui.single_sign_on import auth_secrets
from ui.way_back import WayBack

app = st.App(
    "ui/router.py",
    routes=beside_pages(create_app(workbench)),
    middleware=[Middleware(WayBack, settings=lambda: workbench().settings)],
    lifespan=lifespan,
    on_script_error=on_script_error,
    secrets=auth_secrets(),
)
