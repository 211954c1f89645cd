import csv


def export(response, rows):
    # ruleid: csv-for-a-spreadsheet
    csv.writer(response).writerows(rows)


def load(file):
    # ok: csv-for-a-spreadsheet
    return list(csv.DictReader(file))
