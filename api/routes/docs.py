"""The API's own page."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.page import render

router = APIRouter(include_in_schema=False)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@router.get("/api/docs")
def docs(request: Request) -> HTMLResponse:
    """Every call with its fields; works without any other site."""
    return HTMLResponse(render(request.app.openapi()), headers={"Content-Security-Policy": _POLICY})
