"""What the browser is given to show a text."""

from core.clock import now
from core.generation.claims.types import Claim, ClaimKind
from core.generation.types import (
    FinishReason,
    GenerationRun,
    Lead,
    Output,
    SamplingParams,
    Usage,
)
from core.ids import new_id
from core.runs.types import RunStatus
from ui.components.tokenstream import as_data


def run_of(*outputs: Output, status: RunStatus = RunStatus.DONE) -> GenerationRun:
    return GenerationRun(
        id=new_id(),
        user_id=new_id(),
        model="writer",
        revision="1",
        prompt="Write",
        messages=(),
        params=SamplingParams(max_new_tokens=8, n=len(outputs), top_logprobs=5),
        status=status,
        outputs=outputs,
        usage=Usage(3, 8),
        timings_ms={"total": 40.0},
        created_at=now(),
        lead=Lead("# Title\n\n"),
    )


def test_a_run_that_is_being_written_has_no_end_yet() -> None:
    data = as_data(run_of(Output("", None), status=RunStatus.RUNNING), can_branch=True)
    assert data["final"] is None
    assert (data["lead"], data["alternatives"], data["can_branch"]) == ("# Title\n\n", 5, True)


def test_each_output_of_a_finished_run_has_its_end_form_and_claims() -> None:
    claim = Claim((2, 7), ClaimKind.LABEL, "title", False, "no box shows a title")
    run = run_of(
        Output("one", FinishReason.STOP), Output("two", FinishReason.LENGTH, claims=(claim,))
    )
    final = as_data(run, can_branch=False)["final"]
    assert isinstance(final, dict)
    assert final["texts"] == ["one", "two"]
    assert final["ends"] == ["stop", "length"]
    assert final["html"] == [f"<h1>Title</h1>\n<p>{text}</p>\n" for text in ("one", "two")]
    assert final["claims"] == [
        None,
        [
            {
                "start": 2,
                "end": 7,
                "kind": "label",
                "supported": False,
                "reason": "no box shows a title",
            }
        ],
    ]
