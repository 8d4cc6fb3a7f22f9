"""Which plugins there are."""

from fastapi import APIRouter

from api.deps import SECURED, Bench, Caller
from api.plugin_answers import PluginOut, PluginsOut

router = APIRouter(prefix="/api/v1", tags=["plugins"], dependencies=SECURED)


@router.get("/plugins")
def plugins(bench: Bench, caller: Caller) -> PluginsOut:
    """Every plugin that was found, also those that cannot be used, with the reason."""
    return PluginsOut(plugins=[PluginOut.of(each) for each in bench.plugins.listed(caller)])
