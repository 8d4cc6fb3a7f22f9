"""What follows from a finished text: again, on from its end, edited; and the way back."""

from dataclasses import replace
from typing import Any

from streamlit.testing.v1 import AppTest

from core.generation.types import FinishReason, GenerationRun, Origin
from core.permissions import Role
from core.runs.types import Relation
from tests.pages.conftest import Visitor, texts
from tests.pages.generating import REPORT, SHORT, WHOLE, finished, run_of, stream_data, who


def opened(visitor: Visitor, run: GenerationRun) -> AppTest:
    return visitor.open("generation", run=str(run.id))


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def popovers(app: AppTest) -> list[str]:
    return [block.proto.popover.label for block in app.get("popover")]


def test_again_starts_another_run_with_a_seed_of_its_own(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor, replace(SHORT, seed=77))
    app = opened(visitor, first)
    app.button(key="generation-again").click().run()
    second = run_of(visitor, app)
    assert second.origin == Origin(first.id, Relation.AGAIN)
    assert second.prompt == first.prompt
    assert second.params.seed != 77


def test_a_text_cut_off_at_the_limit_is_written_on(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first, whole = finished(visitor), finished(visitor, WHOLE)
    assert first.outputs[0].finish_reason is FinishReason.LENGTH
    app = opened(visitor, first)
    app.button(key="generation-continue").click().run()
    second = run_of(visitor, app)
    assert second.origin == Origin(first.id, Relation.CONTINUED, 0)
    assert second.whole_text() == whole.outputs[0].text
    assert stream_data(app.run())["lead"] == first.outputs[0].text


def test_nothing_is_offered_after_a_text_that_ended_by_itself(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    run = finished(visitor, WHOLE)
    assert run.outputs[0].finish_reason is FinishReason.STOP
    assert opened(visitor, run).button(key="generation-continue").disabled


def test_a_report_on_a_text_is_for_those_who_may_take_files_away(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    run = finished(visitor, WHOLE)
    (link,) = opened(visitor, run).get("link_button")
    assert link.proto.label == "PDF report"
    assert link.proto.url.endswith(f"/api/v1/runs/{run.id}/export?format=pdf")
    guest = Visitor(visitor.bench)
    guest.sign_in(Role.GUEST)
    assert not opened(guest, finished(guest, WHOLE)).get("link_button")


def test_each_of_several_outputs_can_be_written_on(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor, replace(SHORT, n=3))
    app = opened(visitor, first)
    menus: list[Any] = list(app.get("menu_button"))
    (menu,) = [one for one in menus if one.label == "Continue"]
    menu.set_value("Output 2, token limit reached").run()
    assert run_of(visitor, app).origin == Origin(first.id, Relation.CONTINUED, 1)


def test_a_run_leads_to_the_one_before_it_and_to_those_after(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor)
    service = visitor.bench.generation
    for begin in (service.again, service.again, service.carry_on):
        last = service.wait(who(visitor), begin(who(visitor), first.id).id, 30)
    app = opened(visitor, last)
    assert "Continued from a run, just now" in labels(app)
    app.button(key=f"lineage-{first.id}").click().run()
    assert stream_data(app)["run"] == str(first.id)
    assert popovers(app)[-1] == "Continued: 1 run · Again: 2 runs"
    assert "Continued, just now" in labels(app)


def test_a_branch_says_at_which_token_of_the_run_before(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    service, actor = visitor.bench.generation, who(visitor)
    first = finished(visitor, replace(SHORT, top_logprobs=5))
    on = service.wait(actor, service.carry_on(actor, first.id).id, 30)
    events, _ = service.follow(actor, on.id).since(0)
    other = next(one.token_id for one in events[2].top if one.token_id != events[2].token_id)
    assert other is not None
    branch = service.wait(actor, service.branch(actor, on.id, 0, 2, other).id, 30)
    assert "Branched from a run at token 3, just now" in labels(opened(visitor, branch))


def test_another_users_runs_are_not_led_to(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor)
    admin = Visitor(visitor.bench).sign_in(Role.ADMIN)
    visitor.bench.generation.again(who(admin), first.id)
    app = opened(visitor, first)
    assert not [label for label in popovers(app) if "Again" in label]


def test_one_click_takes_the_seed_of_the_run_shown(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor, replace(SHORT, seed=77, temperature=1.0))
    app = opened(visitor, first)
    assert app.text_input(key="generation-seed").value == ""
    app.button(key="generation-use-seed").click().run()
    app.button(key="generation-run").click().run()
    second = run_of(visitor, app)
    assert second.id != first.id
    assert (second.params.seed, second.outputs) == (77, first.outputs)


def test_an_edited_run_links_to_the_one_it_was_made_from(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor)
    app = opened(visitor, first)
    app.text_area(key="generation-prompt").set_value("typed before").run()
    app.button(key="generation-edit").click().run()
    assert app.text_area(key="generation-prompt").value == REPORT
    app.slider(key="generation-temperature").set_value(0.5).run()
    app.button(key="generation-run").click().run()
    assert run_of(visitor, app).origin == Origin(first.id, Relation.EDITED)
    app.button(key="generation-run").click().run()
    assert run_of(visitor, app).origin is None


def test_an_edit_that_changes_nothing_is_the_same_again(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor)
    app = opened(visitor, first)
    app.button(key="generation-edit").click().run()
    app.button(key="generation-run").click().run()
    assert run_of(visitor, app).origin == Origin(first.id, Relation.AGAIN)


def test_an_edit_need_not_be_linked(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    first = finished(visitor)
    app = opened(visitor, first)
    app.button(key="generation-edit").click().run()
    assert "an edit of it" in texts(app)
    app.button(key="generation-not-edited").click().run()
    app.button(key="generation-run").click().run()
    assert run_of(visitor, app).origin is None
