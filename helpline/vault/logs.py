"""Log lines hold no detail of a person."""

import logging


class WithoutDetails(logging.Filter):
    """Keeps an error's type and place, drops its message and local values, which may quote what somebody typed."""

    def filter(self, record: logging.LogRecord) -> bool:
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
