from django.core.cache import cache


def remember(inquiry, point):
    # ruleid: phi-in-cache
    cache.set(f"seen:{inquiry.pk}", inquiry.answers, 60)
    # ruleid: phi-in-cache
    cache.add(point.address, 1)
    # ok: phi-in-cache
    cache.set(f"seen:{inquiry.pk}", True, 60)
