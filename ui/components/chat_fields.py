"""Whether a prompt is asked as in a chat, and what comes before it there."""

from dataclasses import dataclass

import streamlit as st

from core.generation.types import GenerationRun, Message
from core.inference.types import ModelInfo
from core.permissions import Permission
from ui.guard import require
from ui.session import session
from ui.text import plain

_CHAT_KEY = "generation-as-chat"
_SYSTEM_KEY = "generation-system"


@dataclass(frozen=True)
class Chat:
    """What the fields say; it counts only where the model has a chat template."""

    wanted: bool
    system: str
    earlier: tuple[Message, ...]

    def asked(self, prompt: str, info: ModelInfo) -> str | tuple[Message, ...]:
        """The prompt as it goes to the model: text to carry on, or a conversation to answer."""
        if not (self.wanted and info.chat_template and (prompt.strip() or self.earlier)):
            return prompt
        system = (Message("system", self.system),) if self.system.strip() else ()
        question = (Message("user", prompt),) if prompt.strip() else ()
        return (*system, *self.earlier, *question)


def chat_fields(info: ModelInfo) -> Chat:
    """The switch, and with it the system message."""
    earlier = session().earlier_messages
    if info.abilities and not info.chat_template:  # both are known, or neither is yet
        left_out = " The messages before it are not sent." if earlier else ""
        st.caption(f"Sent as plain text; this model has no chat template.{left_out}")
        return Chat(False, "", ())
    st.session_state.setdefault(_CHAT_KEY, True)
    wanted = st.toggle(
        "Ask as in a chat",
        key=_CHAT_KEY,
        help="On: the model answers the prompt, through its chat template if it has one. "
        "Off: it carries the text on.",
        persist_state="session",
    )
    return Chat(True, _system(), earlier) if wanted else Chat(False, "", ())


def earlier_messages(chat: Chat) -> None:
    """Of an opened conversation: what goes between the system message and the prompt."""
    if not chat.earlier:
        return
    noun = "message" if len(chat.earlier) == 1 else "messages"
    with st.expander(f"{len(chat.earlier)} earlier {noun}, sent before the prompt"):
        for message in chat.earlier:
            st.caption(plain(message.role))
            st.text(message.content)
        st.button("Leave them out", key="generation-no-earlier", on_click=_leave_out)


def fill_from(run: GenerationRun) -> str:
    """Let the fields stand as for `run`, before they are drawn; returns what was asked last."""
    messages = list(run.messages)
    st.session_state[_CHAT_KEY] = bool(messages)
    first_is_system = bool(messages) and messages[0].role == "system"
    st.session_state[_SYSTEM_KEY] = messages.pop(0).content if first_is_system else ""
    last_is_question = bool(messages) and messages[-1].role == "user"
    asked = messages.pop().content if last_is_question else ""
    session().earlier_messages = tuple(messages)
    return asked if run.messages else run.prompt


def _system() -> str:
    given = st.session_state.get(_SYSTEM_KEY)
    label = "System message: set" if given else "System message"
    with st.popover(label, type="tertiary", icon=":material/tune:"):
        text = st.text_area(
            "System message",
            key=_SYSTEM_KEY,
            placeholder="How to answer, such as: Answer in one sentence. (optional)",
            help="Sent before the prompt.",
            persist_state="session",
        )
    return text or ""


def _leave_out() -> None:
    require(Permission.GENERATE)
    session().earlier_messages = ()
