"""What Jobs tell on their way: kept in status, the newest last, and told again only when it is news."""

from schemachange_operator.api.status import Notice, SchemaChangeStatus
from schemachange_operator.core.jobs import JobView

NOTICES_KEPT = 30


def with_notices(status: SchemaChangeStatus, job: JobView) -> SchemaChangeStatus:
    """The status with what a Job has told, each notice once: its log and its report say the same, and so may the try before."""
    known = {_words(notice): notice for notice in status.notices}
    told = {_words(notice): notice for notice in (*job.notices, *(job.report.notices if job.report else ()))}
    last = dict(list(told.items())[-NOTICES_KEPT:])
    before = [notice for words, notice in known.items() if words not in last]
    notices = (*before, *(known.get(words, notice) for words, notice in last.items()))
    return status.model_copy(update={"notices": notices[-NOTICES_KEPT:]})


def _words(notice: Notice) -> tuple[str, str, str]:
    """A notice without its time."""
    return notice.step, notice.reason, notice.message
