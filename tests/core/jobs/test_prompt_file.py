"""Prompts are read from CSV as spreadsheets write it, and what is wrong is told with its line."""

import pytest

from core.errors import Invalid
from core.jobs.prompt_file import read_prompts
from core.jobs.types import ItemPrompt


@pytest.mark.parametrize(
    "content",
    [
        b"prompt\r\none\r\ntwo\r\n",
        b"one\ntwo",
        "\ufeffprompt\none\n\ntwo\n".encode(),
        b'"one"\n"two"\n',
        b"seed,Prompt\n,one\n,two\n",
        b"prompt;seed\none;\ntwo;\n",
    ],
)
def test_prompts_are_found_however_they_were_saved(content: bytes) -> None:
    assert [prompt.text for prompt in read_prompts(content)] == ["one", "two"]


def test_lines_are_counted_where_prompts_begin_and_numbers_are_their_own() -> None:
    content = b'prompt,seed,temperature\n"a\nb",1,0.5\nc,,\n'
    assert read_prompts(content) == (
        ItemPrompt("a\nb", "line 2", seed=1, temperature=0.5),
        ItemPrompt("c", "line 4"),
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no prompts"),
        (b"prompt\n", "a head and no prompts"),
        (b"text,more\na,b\n", "names no column “prompt”"),
        (b"prompt,colour\na,b\n", "no column “colour”"),
        (b"prompt,prompt\na,b\n", "named twice"),
        (b"prompt\na,b\n", "Line 2 has 2 columns"),
        (b"prompt,seed\na,x\n", "Line 2: seed is “x”"),
        (b'prompt\n"a\n', "cannot be read as CSV"),
        (b"prompt\n\xff\n", "no text in UTF-8"),
    ],
)
def test_what_cannot_be_read_is_told(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_prompts(content)
