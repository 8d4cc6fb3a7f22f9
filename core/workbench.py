"""The whole workbench, wired once per process; every face works through it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import SecretStr

from core.accounts.service import AccountService
from core.audit.service import AuditService
from core.config import Settings
from core.database import OpenDatabase, bring_up_to_date, open_database
from core.demo.service import DemoService
from core.detection.cuts import PhraseCuts
from core.detection.downloads import DownloadService
from core.detection.service import DetectionService
from core.errors import GlimpseError
from core.feedback.drafts import DraftService
from core.feedback.outbox import Outbox
from core.feedback.service import FeedbackService
from core.feedback.verdicts import VerdictService
from core.feedback.waiting import WaitingService
from core.generation.describing import DescribeService
from core.generation.service import GenerationService
from core.generation.usage import UsageService
from core.inference.addresses import REMOTE
from core.inference.registry import ModelRegistry
from core.inference.types import ModelState
from core.jobs.doing import ItemDoer
from core.jobs.queue import queue_state
from core.jobs.results import JobResultService
from core.jobs.service import JobService
from core.jobs.types import QueueState
from core.jobs.walk import JobWalk
from core.jobs.worker import JobWorker
from core.keeping.erasure import ErasureService
from core.keeping.keeper import Keeper
from core.keeping.service import KeepingService
from core.limits.service import LimitService
from core.plugins.service import PluginService
from core.plugins.subjects import SubjectReader
from core.prompts.service import PromptService
from core.quality.service import QualityService
from core.raters.requests import RequestService
from core.raters.service import RaterService
from core.review.charts import ChartService
from core.review.export import ExportService
from core.review.saved_views import SavedViewService
from core.review.service import ReviewService
from core.review.triage import TriageService
from core.runs.service import RunService
from core.signals.service import SignalService
from core.signing import signing_key
from core.system.notices import NoticeService
from core.system.service import SystemService
from db.session import Database

_READY = (ModelState.READY, ModelState.UNLOADING, ModelState.UNLOADED)


@dataclass(frozen=True)
class FirstAdmin:
    """The first admin's generated password, known only to the process that made it."""

    username: str
    password: str


@dataclass
class Workbench:
    settings: Settings
    signing_key: SecretStr
    database: Database
    models: ModelRegistry
    accounts: AccountService
    erasure: ErasureService
    audit: AuditService
    keeper: Keeper
    demo: DemoService
    detection: DetectionService
    downloads: DownloadService
    generation: GenerationService
    usage: UsageService
    limits: LimitService
    prompts: PromptService
    describing: DescribeService
    runs: RunService
    jobs: JobService
    job_results: JobResultService
    worker: JobWorker
    feedback: FeedbackService
    waiting: WaitingService
    drafts: DraftService
    verdicts: VerdictService
    review: ReviewService
    quality: QualityService
    raters: RaterService
    requests: RequestService
    exports: ExportService
    signals: SignalService
    triage: TriageService
    views: SavedViewService
    charts: ChartService
    system: SystemService
    notices: NoticeService
    plugins: PluginService
    tell: Callable[[FirstAdmin], None]
    _opened: OpenDatabase
    _prepared: bool = False
    _stopping: threading.Event = field(default_factory=threading.Event)
    _prepare_lock: threading.Lock = field(default_factory=threading.Lock)

    def prepare(self) -> None:
        """Bring the schema and what is shipped up to date, make the first admin, close what a dead
        process left open, and begin to send the ratings that wait on the disk, and to remove what
        is past its time, and to do jobs.

        Does nothing the second time. Raises `Unavailable` while the database is away.
        """
        with self._prepare_lock:
            if self._prepared:
                return
            bring_up_to_date(self.database)
            made = self.accounts.ensure_first_admin()
            if made:
                self.tell(FirstAdmin(*made))
            self.prompts.ensure_shipped()
            self.generation.recover()
            self.waiting.start()
            self.keeper.start()
            if self.settings.worker == "inside":
                self.worker.start()
            self._prepared = True

    def readiness(self) -> tuple[str, ...]:
        """What is missing before requests can be served, in plain words; empty when ready.

        A model that was unloaded on purpose is not missing.
        """
        if self._stopping.is_set():
            return ("Glimpse is stopping",)
        missing = []
        try:
            self.prepare()
            self.database.ping()
        except GlimpseError as error:
            missing.append(f"database: {error.message}")
        defaults = [self.models.default(task) for task in self.models.tasks()]
        missing += [
            f"model {info.id}: {info.reason or info.state}"
            for info in defaults
            if info.state not in _READY and info.device != REMOTE
        ]
        return tuple(missing)

    def drain(self) -> None:
        """Be ready for nothing new, give jobs back, and let texts that people wait for be written,
        within the setting's seconds.
        """
        self._stopping.set()
        self.worker.stop()
        self.models.refuse()
        self.generation.finish(self.settings.stop_after_s)

    def queue(self) -> QueueState:
        """How the jobs stand; raises as `prepare`, or `Unavailable` while the database is away."""
        self.prepare()
        return queue_state(self.database)

    def stop_work(self) -> None:
        """Begin to end what is under way: what a job has not done is given back first."""
        self._stopping.set()
        self.worker.stop()
        self.generation.close()

    def close(self) -> None:
        """End jobs and running streams, unload the models, and stop the database if it is ours."""
        self.worker.close()
        self.generation.close()
        self.waiting.close()
        self.keeper.close()
        self.models.close()
        self._opened.close()


def open_workbench(settings: Settings, tell: Callable[[FirstAdmin], None]) -> Workbench:
    """Start what is ours to start and wire the services; nothing is loaded or migrated yet.

    `tell` hears the first admin's password, should `prepare` have to make one.
    """
    models = ModelRegistry.from_file(settings)  # first: a wrong file must leave no server running
    return assemble(settings, open_database(settings), models, tell)


def assemble(
    settings: Settings,
    opened: OpenDatabase,
    models: ModelRegistry,
    tell: Callable[[FirstAdmin], None],
) -> Workbench:
    """The services over parts that are there already."""
    database = opened.database
    prompts = PromptService(database)
    generation = GenerationService(database, models, settings)
    accounts, feedback = AccountService(database, settings), FeedbackService(database)
    cuts = PhraseCuts(database)
    waiting = WaitingService(feedback, accounts, Outbox(settings.data_dir))
    detection = DetectionService(database, models, settings, cuts)
    jobs = JobService(database, models, settings)
    doer = ItemDoer(database, detection, generation)
    review, charts = ReviewService(database), ChartService(database)
    return Workbench(
        settings=settings,
        signing_key=signing_key(settings),
        database=database,
        models=models,
        accounts=accounts,
        erasure=ErasureService(database),
        audit=AuditService(database),
        keeper=Keeper(KeepingService(database, settings)),
        demo=DemoService(database, settings),
        detection=detection,
        downloads=DownloadService(database, settings),
        generation=generation,
        usage=UsageService(database),
        limits=LimitService(database),
        prompts=prompts,
        describing=DescribeService(database, models, prompts, generation),
        runs=RunService(database),
        jobs=jobs,
        job_results=JobResultService(database, jobs),
        worker=JobWorker(database, JobWalk(database, accounts, doer)),
        feedback=feedback,
        waiting=waiting,
        drafts=DraftService(database),
        verdicts=VerdictService(database),
        review=review,
        quality=QualityService(database, models, cuts),
        raters=RaterService(database),
        requests=RequestService(database),
        exports=ExportService(database),
        signals=SignalService(database),
        triage=TriageService(database),
        views=SavedViewService(database),
        system=SystemService(database, settings, models, generation, waiting),
        notices=NoticeService(database),
        charts=charts,
        plugins=PluginService(database, SubjectReader(database, settings, review, charts)),
        tell=tell,
        _opened=opened,
    )
