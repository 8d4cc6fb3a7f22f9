"""What a job is asked with: JSON, or a form with an archive, pictures or a file of prompts."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from api.bodies import FORM, JSON, from_base64
from api.deps import Bench, Caller
from api.errors import UnsupportedMediaType, invalid
from api.job_schemas import DetectFields, DetectJobIn, GenerateFields, GenerateJobIn, PromptIn
from core.errors import Invalid, Malformed, TooLarge
from core.jobs.service import JobService
from core.jobs.types import ItemPrompt, Job, NamedPicture
from core.permissions import Actor, Permission

_FILES = ("archive", "images", "prompts")
_MOST_FIELDS = 30
_Fields = TypeVar("_Fields", bound=BaseModel)


class Asked(Protocol):
    """A job that is asked for, to be begun once."""

    def begin(self, jobs: JobService, caller: Actor) -> Job: ...


@dataclass(frozen=True)
class _Pictures:
    fields: DetectFields
    pictures: Sequence[NamedPicture]

    def begin(self, jobs: JobService, caller: Actor) -> Job:
        return jobs.detect(caller, self.pictures, self.fields.task, self.fields.name)


@dataclass(frozen=True)
class _Uploads:
    fields: DetectFields
    files: Sequence[UploadFile]
    most: int
    """Bytes of all of them."""

    def begin(self, jobs: JobService, caller: Actor) -> Job:
        total = sum(file.size or 0 for file in self.files)
        if total > self.most:
            raise TooLarge(
                f"The pictures have {total:,} bytes; at most {self.most:,} are allowed in one job.",
                facts={"max_bytes": self.most},
            )
        pictures = [NamedPicture(file.filename or "", file.file.read()) for file in self.files]
        return _Pictures(self.fields, pictures).begin(jobs, caller)


@dataclass(frozen=True)
class _Archive:
    fields: DetectFields
    archive: UploadFile

    def begin(self, jobs: JobService, caller: Actor) -> Job:
        name = self.fields.name or self.archive.filename or ""
        return jobs.detect_archive(caller, self.archive.file, self.fields.task, name)


@dataclass(frozen=True)
class _Prompts:
    fields: GenerateFields
    prompts: Sequence[ItemPrompt]

    def begin(self, jobs: JobService, caller: Actor) -> Job:
        return jobs.generate(caller, self.prompts, self.fields.task, self.fields.name)


@dataclass(frozen=True)
class _PromptFile:
    fields: GenerateFields
    file: UploadFile

    def begin(self, jobs: JobService, caller: Actor) -> Job:
        name = self.fields.name or self.file.filename or ""
        return jobs.generate_file(caller, self.file.file.read(), self.fields.task, name)


def batch_caller(caller: Caller) -> Actor:
    """Who may have jobs; asked before the body is read, as that may be large."""
    caller.require(Permission.BATCH)
    return caller


BatchCaller = Annotated[Actor, Depends(batch_caller)]


async def job_body(request: Request, bench: Bench, caller: BatchCaller) -> AsyncIterator[Asked]:
    """The job asked for; files of a form are there until it is answered."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON:
        yield _of_json(await request.body())
    elif kind == FORM:
        most = bench.settings.max_job_items
        try:
            async with request.form(max_files=most, max_fields=_MOST_FIELDS) as form:
                yield _of_form(form, bench.settings.max_job_bytes)
        except UnicodeError as error:
            raise Malformed("The form is not in the charset that it names; send UTF-8.") from error
    else:
        raise UnsupportedMediaType(f"Send the body as {FORM} or {JSON}, and say so.")


def _of_json(content: bytes) -> Asked:
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not JSON; check it with a JSON tool.") from error
    if not isinstance(fields, dict):
        raise Malformed("The body is not an object with a “kind”.")
    kinds: Mapping[Any, type[DetectJobIn | GenerateJobIn]] = {
        "detect": DetectJobIn,
        "generate": GenerateJobIn,
    }
    kind = fields.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        raise Invalid("“kind” must be detect or generate.", facts={"allowed": list(kinds)})
    asked = _validated(kinds[kind], fields, strict=True)
    if isinstance(asked, DetectJobIn):
        pictures = [NamedPicture(each.name, from_base64(each.image)) for each in asked.images]
        return _Pictures(asked, pictures)
    prompts = [
        ItemPrompt(each) if isinstance(each, str) else _item_prompt(each) for each in asked.prompts
    ]
    return _Prompts(asked, prompts)


def _item_prompt(given: PromptIn) -> ItemPrompt:
    return ItemPrompt(given.prompt, given.name, given.seed, given.max_new_tokens, given.temperature)


def _of_form(form: FormData, most: int) -> Asked:
    fields: dict[str, str] = {}
    files: dict[str, list[UploadFile]] = {name: [] for name in _FILES}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name not in files:
                raise Invalid(f"“{name[:60]}” is no file; files are: {', '.join(_FILES)}.")
            files[name].append(value)
        elif name in fields or name in files:
            raise Invalid(f"“{name[:60]}” is given twice, or as text; give it once, as it is.")
        elif value != "":
            fields[name] = value
    given = [name for name, found in files.items() if found]
    if len(given) != 1 or (given != ["images"] and len(files[given[0]]) > 1):
        raise Invalid("Give one “archive” (ZIP), or “images”, or one file of “prompts” (CSV).")
    found = files[given[0]]
    if given[0] == "prompts":
        return _PromptFile(_validated(GenerateFields, fields, strict=False), found[0])
    asked = _validated(DetectFields, fields, strict=False)
    return _Archive(asked, found[0]) if given[0] == "archive" else _Uploads(asked, found, most)


def _validated(model: type[_Fields], fields: Mapping[str, Any], *, strict: bool) -> _Fields:
    try:
        return model.model_validate(fields, strict=strict)
    except ValidationError as error:
        raise invalid(error, tuple(model.model_fields)) from error
