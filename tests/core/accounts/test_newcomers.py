"""Many people from a file: all of them, or nobody."""

import csv
import io

import pytest

from core.accounts.list_file import MAX_BYTES, passwords_file, read_list
from core.accounts.people_types import Newcomer
from core.accounts.service import AccountService
from core.accounts.types import SignedIn
from core.errors import Invalid, NotAllowed
from core.permissions import Actor, Role

GOOD = [Newcomer("bob", Role.GUEST), Newcomer("王小明", Role.ANALYST)]


@pytest.mark.parametrize(
    "text",
    [
        "bob,guest\n王小明,analyst",
        "username,role\nbob,guest\n王小明,analyst\n",
        "\ufeffUsername , Role\r\n\r\n bob ,GUEST\r\n,\r\n王小明,Analyst\r\n",
        "username;role\nbob;guest\n王小明;analyst",
        'bob,guest\n"王小明","analyst"\n',
    ],
)
def test_a_list_is_read_as_spreadsheets_write_it(text: str) -> None:
    read = read_list(text.encode())
    assert [newcomer for _, newcomer in read.newcomers] == GOOD
    assert not read.problems


def test_lines_are_told_as_an_editor_counts_them() -> None:
    read = read_list(b"username,role\nbob,guest\n\nx y,guest\nboz,chief\nbOB,admin\nlone\na,b,c\n")
    assert [(each.line, each.username) for each in read.problems] == [
        (4, "x y"),
        (5, "boz"),
        (6, "bOB"),
        (7, "lone"),
        (8, "a"),
    ]
    reasons = [each.reason for each in read.problems]
    whys = ("2 to 64", "guest, analyst, admin", "line 2", "has 1", "has 3")
    for reason, why in zip(reasons, whys, strict=True):
        assert why in reason
    assert [line for line, _ in read.newcomers] == [2]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "names nobody"),
        (b"username,role\n", "names nobody"),
        (b"\xff\xfe\x00b", "UTF-8"),
        (b"x" * (MAX_BYTES + 1), "at most"),
        ("\n".join(f"user{n},guest" for n in range(1001)).encode(), "1,001 people"),
        (b'bob,"' + b"x" * 140_000, "quotation"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        read_list(content)


def test_everybody_can_sign_in_with_the_password_of_the_file(
    accounts: AccountService, root: Actor
) -> None:
    heard: list[tuple[int, int]] = []
    made = accounts.add_list(
        root, "bob,guest\n王小明,analyst".encode(), lambda *done: heard.append(done)
    )
    assert heard == [(1, 2), (2, 2)]
    for each in made:
        actor = accounts.sign_in(each.user.username, each.password, "a").actor
        assert actor.must_change_password
        assert actor.role is each.user.role
    lines = list(csv.DictReader(io.StringIO(passwords_file(made).decode("utf-8-sig"))))
    assert [line["username"] for line in lines] == ["bob", "王小明"]
    assert [line["temporary_password"] for line in lines] == [each.password for each in made]


def test_one_bad_line_keeps_everybody_out(
    accounts: AccountService, root: Actor, ana: SignedIn
) -> None:
    content = b"bob,guest\nANA,guest\ncid,analyst\ndee,chief"
    checked = accounts.check_list(root, content)
    assert [newcomer.username for _, newcomer in checked.newcomers] == ["bob", "cid"]
    assert [problem.line for problem in checked.problems] == [2, 4]
    with pytest.raises(Invalid, match=r"2 of 4 lines .* line 2: There is already"):
        accounts.add_list(root, content)
    assert [user.username for user in accounts.users(root)] == [ana.actor.username]


def test_a_name_that_a_spreadsheet_would_run_is_text_in_the_file(
    accounts: AccountService, root: Actor
) -> None:
    made = accounts.add_list(root, b"-1.2,guest")
    assert b"'-1.2,guest," in passwords_file(made)


def test_only_admins_add_a_list(accounts: AccountService, ana: SignedIn) -> None:
    for call in (accounts.check_list, accounts.add_list):
        with pytest.raises(NotAllowed):
            call(ana.actor, b"bob,guest")
