def opened(verify_due, app):
    # ruleid: task-outside-nudging
    verify_due.delay()
    # ruleid: task-outside-nudging
    verify_due.apply_async(countdown=5)
    # ruleid: task-outside-nudging
    app.send_task("verify_due")
    # ok: task-outside-nudging
    nudge()
