def check(answers, person):
    if not person.member_id:
        # ok: phi-in-exception
        raise ValueError("no member ID")
    # ruleid: phi-in-exception
    raise ValueError(f"the plan does not know {person.member_id}")


def check_name(person):
    # ruleid: phi-in-exception
    raise LookupError("nobody called " + person.last_name)
