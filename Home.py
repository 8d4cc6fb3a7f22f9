"""The front door: one process serves the pages, the HTTP API, health and metrics."""

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from api.app import create_app
from api.gate import StreamlitGate
from api.last_word import LastWord, refused
from ui.errors import on_script_error
from ui.headers import SecurityHeaders
from ui.lifespan import lifespan
from ui.resources import workbench
from ui.routes import beside_pages
from ui.single_sign_on import auth_secrets
from ui.way_back import WayBack

app = st.App(
    "ui/router.py",
    routes=beside_pages(create_app(workbench)),
    middleware=[
        Middleware(SecurityHeaders, settings=lambda: workbench().settings),
        Middleware(LastWord),
        Middleware(StreamlitGate, workbench=workbench),
        Middleware(WayBack, settings=lambda: workbench().settings),
    ],
    exception_handlers={HTTPException: refused},
    lifespan=lifespan,
    on_script_error=on_script_error,
    secrets=auth_secrets(),
)
