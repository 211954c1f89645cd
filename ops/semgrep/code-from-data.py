import json
import pickle


def read(body):
    # ruleid: code-from-data
    pickle.loads(body)
    # ruleid: code-from-data
    eval(body)
    # ok: code-from-data
    return json.loads(body)
