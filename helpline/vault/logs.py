"""Log lines hold no detail of a person, and one clock."""

import logging
import time
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve

# What Celery says of a failed task beside its name: the error's words, and what it was called with
TASK_DETAILS = dict.fromkeys(("exc", "traceback", "args", "kwargs"), "-")


class InUtc(logging.Formatter):
    """Times as PostgreSQL's and the audit's: in UTC, and saying so."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"


class WithoutDetails(logging.Filter):
    """Keeps an error's type and place, drops its message and local values, which may quote what somebody typed.

    An address is written as the name of its page: one-time secrets stand in addresses.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, Mapping):
            record.args = {**record.args, **TASK_DETAILS}
        request: Any = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            record.args = tuple(page_of(request) if each == request.path else each for each in record.args)
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            steps = []
            while trace is not None:
                code = trace.tb_frame.f_code
                steps.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}:{code.co_name}")
                trace = trace.tb_next
            record.msg = f"{record.msg} [{kind.__name__} at {' < '.join(reversed(steps[-6:]))}]"
            record.exc_info = record.exc_text = None
        return True


def page_of(request: HttpRequest) -> str:
    try:
        return f"page {resolve(request.path).view_name}"
    except Resolver404:
        return "an unknown address"
