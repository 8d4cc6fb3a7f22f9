"""What may be sent for a report on boxes."""

from pydantic import Field

from api.schemas import Id, SamplingIn, Text


class DescribeIn(SamplingIn):
    boxes: list[int] = Field(
        [],
        description="which, by their place in the `detections` that the run was answered with; "
        "left out or empty: all of these that you have not judged absent",
    )
    prompt_version: Id | None = Field(
        None, description="of the library; left out: that of “Report from detections”"
    )
    variables: dict[Text, Text] = Field(
        {}, description="of the prompt, beside “findings”, which are the boxes"
    )
    model: Text | None = None
