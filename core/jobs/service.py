"""Jobs, whoever asks: begun, looked at, stopped and gone on with. `core.jobs.walk` does them."""

from core.jobs.beginning import JobBeginning
from core.jobs.changing import JobChanging
from core.jobs.reading import JobReading


class JobService(JobBeginning, JobReading, JobChanging):
    """What is asked for is done once, by whichever worker comes first."""
