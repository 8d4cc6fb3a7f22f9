"""Which models there are."""

from fastapi import APIRouter

from api.answers import ModelOut, ModelsOut
from api.deps import SECURED, Bench, Caller

router = APIRouter(prefix="/api/v1", tags=["models"], dependencies=SECURED)


@router.get("/models", response_model_exclude_none=True)
def models(bench: Bench, caller: Caller) -> ModelsOut:
    """Every model of `models.toml`; the first of each kind is the default."""
    return ModelsOut(models=[ModelOut.of(info) for info in bench.models.infos()])
