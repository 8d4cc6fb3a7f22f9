"""Examples of bodies that no field can tell of: what goes with what, and a picture."""

from collections.abc import Mapping
from typing import Any

_CIRCLE = (
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgAQMAAABJtOi3AAAABlBMVEX////cHh7/Hx2WAAAARElEQVR42n3NsRGA"
    "IBTA0Me3cAzZRDZzNUZhBAfwwIKzxBS5dOGf/cbxCDmEkmyqFIkSEEGetVSnzRpUroGzC61/jwUvM1QM6BMEposA"
    "AAAASUVORK5CYII="
)
"""A PNG file of a red circle, in base64."""
_DETECT = {"prompt": "red circle. blue star", "model": "shapes", "box_threshold": 0.35}

_OPENAI = {"model": "reporter", "max_tokens": 64, "temperature": 0.7, "seed": 7, "stream": False}

REQUESTS: Mapping[str, Mapping[str, Any]] = {
    "post_detect": {
        "application/json": {"image": _CIRCLE, **_DETECT},
        "application/msgpack": {"image": "(bytes)", **_DETECT},
        "multipart/form-data": {"image": "(bytes)", **_DETECT},
    },
    "post_jobs": {
        "application/json": {
            "kind": "generate",
            "prompts": ["Findings: 3 red circle. Report:", {"prompt": "Hello", "seed": 7}],
            "max_new_tokens": 64,
        },
        "multipart/form-data": {"archive": "(bytes)", "prompt": "red circle. blue star"},
    },
    "post_hf_model": {
        "application/json": {
            "inputs": _CIRCLE,
            "parameters": {"candidate_labels": ["red circle", "blue star"], "threshold": 0.3},
        },
    },
    "post_openai_chat_completions": {
        "application/json": {
            "messages": [{"role": "user", "content": "Findings: 3 red circle. Report:"}],
            **_OPENAI,
        }
    },
    "post_openai_completions": {
        "application/json": {"prompt": "Findings: 3 red circle. Report:", **_OPENAI}
    },
    "put_notice": {
        "application/json": {
            "text": "The database moves on Monday at 18:00; save your work before.",
            "until": "2026-11-30T18:30:00Z",
        }
    },
    "post_run_describe": {"application/json": {"boxes": [0, 2], "temperature": 0, "seed": 7}},
    "post_feedback": {
        "application/json": {
            "run_id": "01a1fbc9-9c82-71c7-b313-43958faaf6be",
            "rating": 2,
            "tags": ["missed object"],
            "comment": "The star at the edge is missing.",
            "boxes": [{"index": 0, "verdict": "right"}, {"index": 1, "verdict": "loose"}],
            "missed": [
                {
                    "label": "blue star",
                    "box": {"xmin": 120.0, "ymin": 8.0, "xmax": 151.0, "ymax": 40.0},
                }
            ],
        }
    },
    "patch_feedback_by_id": {
        "application/json": {
            "seen_at": "2026-11-30T09:30:00Z",
            "status": "triaged",
            "assignee": "root",
            "answer": "The next model knows small stars.",
        }
    },
    "patch_prompt": {"application/json": {"name": "Short report", "shared": True}},
    "post_prompts": {
        "application/json": {"name": "Summary", "text": "Summarise: {{text}}", "shared": True}
    },
    "post_prompt_versions": {"application/json": {"text": "Summarise in a sentence: {{text}}"}},
    "post_run_signals": {"application/json": {"kind": "downloaded", "what": "text"}},
    "put_limits_role_task": {
        "application/json": {"per_minute": 60, "per_day": 200_000, "streams": 4}
    },
    "put_limits_user_task": {
        "application/json": {"per_minute": 120, "per_day": None, "streams": None}
    },
    "post_views": {
        "application/json": {
            "name": "Bad reports",
            "filter": {"rating_max": "2", "task": "generation"},
            "period": "last_30_days",
        }
    },
    "post_users_import": {"text/csv": "ana,analyst\nroot,admin\n"},
    "post_me_keys": {
        "application/json": {"label": "nightly import", "scopes": ["detect"], "days": 90}
    },
    "post_me_password": {
        "application/json": {
            "current": "temporary, from an administrator",
            "new": "four words nobody says",
        }
    },
}
