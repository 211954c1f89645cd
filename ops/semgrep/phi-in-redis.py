def tell(redis, verify, inquiry, number):
    # ruleid: phi-in-redis
    redis.publish("events", inquiry.person.first_name)
    # ruleid: phi-in-redis
    verify.apply_async(args=[inquiry.answers])
    # ok: phi-in-redis
    redis.publish("events", f"{number}:opened:{inquiry.pk}")
