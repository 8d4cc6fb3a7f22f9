"""What one has had written, in a line."""

import streamlit as st

from core.generation.usage import PERIOD_DAYS, Used, last_days, total
from core.permissions import Actor
from ui.resources import workbench


def usage_line(actor: Actor) -> None:
    """Texts and tokens of today and of the last month; days begin at midnight UTC."""
    today, month = (total(workbench().usage.own(actor, last_days(n))) for n in (1, PERIOD_DAYS))
    st.caption(f"Today {_said(today)}; in the last {PERIOD_DAYS} days {_said(month)}.")


def _said(used: Used) -> str:
    """As in “3 texts, 1,234 tokens”; those of the prompts are among the tokens."""
    tokens = used.prompt_tokens + used.completion_tokens
    runs = "1 text" if used.runs == 1 else f"{used.runs:,} texts"
    return f"{runs}, 1 token" if tokens == 1 else f"{runs}, {tokens:,} tokens"
