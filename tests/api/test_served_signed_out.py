"""Answers that flow end soon after whoever asked for them is signed out."""

import time
from collections.abc import Callable

import httpx2
import pytest

from core.permissions import Role
from core.workbench import Workbench
from tests.api.conftest import PASSWORD, People
from tests.api.sse import events_of
from tests.api.test_served import _many_ratings, address, copying, slow, wait_until

__all__ = ["address"]
LIMIT_S = 5


def cookie_of(bench: Workbench, name: str) -> str:
    session = bench.accounts.sign_in(name, PASSWORD, "192.0.2.1").session_id
    token = bench.accounts.redeem_ticket(bench.accounts.set_cookie_ticket(session)).token
    assert token is not None
    return token


@pytest.mark.parametrize(
    "end",
    [
        lambda accounts, actor: accounts.sign_out(actor),
        lambda accounts, actor: accounts.set_active(accounts.system_actor(), "ana", active=False),
    ],
    ids=["sign out", "disable"],
)
def test_a_stream_ends_with_an_error(
    address: str, bench: Workbench, people: People, end: Callable[..., object]
) -> None:
    people.add("ana")
    token = cookie_of(bench, "ana")
    actor = bench.accounts.actor_for_token(token)
    headers = {"Cookie": f"glimpse_session={token}", "Origin": address}
    asked = slow(max_new_tokens=1000)
    with httpx2.stream(
        "POST", f"{address}/api/v1/generate", json=asked, headers=headers, timeout=20
    ) as answer:
        events = events_of(answer.iter_lines())
        assert next(events).kind == "token"
        end(bench.accounts, actor)
        began = time.monotonic()
        *_, last = events
    assert time.monotonic() - began < LIMIT_S
    assert last.kind == "error"
    assert last.data["error"]["code"] == "not_signed_in"
    stream = f"{address}/api/v1/runs/{answer.headers['X-Run-ID']}/stream"
    assert httpx2.get(stream, headers=headers).status_code == 401


def test_a_revoked_key_ends_its_stream(address: str, bench: Workbench, people: People) -> None:
    headers = {"Authorization": f"Bearer {people.key('ana')}"}
    asked = slow(max_new_tokens=1000)
    with httpx2.stream(
        "POST", f"{address}/api/v1/generate", json=asked, headers=headers, timeout=20
    ) as answer:
        events = events_of(answer.iter_lines())
        assert next(events).kind == "token"
        system = bench.accounts.system_actor()
        bench.accounts.revoke_key(system, bench.accounts.all_keys(system)[0].id)
        began = time.monotonic()
        *_, last = events
    assert time.monotonic() - began < LIMIT_S
    assert last.data["error"]["code"] == "not_signed_in"


def test_a_demoted_admin_stops_hearing_anothers_run_and_may_not_take_it_up(
    address: str, bench: Workbench, people: People
) -> None:
    owner = {"Authorization": f"Bearer {people.key('ana')}"}
    admin = {"Authorization": f"Bearer {people.key('root', Role.ADMIN)}"}
    people.add("other", Role.ADMIN)
    with httpx2.stream(
        "POST", f"{address}/api/v1/generate", json=slow(max_new_tokens=800), headers=owner
    ) as own:
        stream = f"{address}/api/v1/runs/{own.headers['X-Run-ID']}/stream"
        with httpx2.stream("GET", stream, headers=admin, timeout=20) as answer:
            events = events_of(answer.iter_lines())
            assert next(events).kind == "token"
            bench.accounts.set_role(bench.accounts.system_actor(), "root", Role.ANALYST)
            began = time.monotonic()
            kinds = {event.kind for event in events}
        assert time.monotonic() - began < LIMIT_S
        assert kinds == {"token"}
        assert httpx2.get(stream, headers=admin).status_code == 404
        assert next(events_of(own.iter_lines())).kind == "token"


def test_an_export_is_broken_off_and_frees_its_connection(
    address: str, bench: Workbench, people: People
) -> None:
    people.add("root", Role.ADMIN)
    people.add("other", Role.ADMIN)
    _many_ratings(bench)
    headers = {"Cookie": f"glimpse_session={cookie_of(bench, 'root')}"}
    with httpx2.stream(
        "GET", f"{address}/api/v1/feedback/export", headers=headers, timeout=20
    ) as answer:
        chunks = answer.iter_bytes(1024)
        assert next(chunks)
        bench.accounts.set_active(bench.accounts.system_actor(), "root", active=False)
        wait_until(lambda: not copying(bench), LIMIT_S)
        with pytest.raises(httpx2.RemoteProtocolError):
            list(chunks)
