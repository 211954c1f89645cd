from celery import shared_task


# ruleid: task-with-arguments
@shared_task(ignore_result=True)
def ask(policy_id):
    return policy_id


# ok: task-with-arguments
@shared_task(ignore_result=True)
def ask_due():
    return None
