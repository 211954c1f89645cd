from psycopg import sql

OUTWARD = sql.SQL("SELECT id FROM {}")


def near(cursor, zip_code, table):
    # ruleid: sql-by-formatting
    cursor.execute(f"SELECT id FROM program WHERE zip = '{zip_code}'")
    # ruleid: sql-by-formatting
    cursor.execute("SELECT id FROM program WHERE zip = '%s'" % zip_code)
    # ruleid: sql-by-formatting
    cursor.execute("SELECT id FROM program WHERE zip = " + zip_code)
    # ok: sql-by-formatting
    cursor.execute("SELECT id FROM program WHERE zip = %s", [zip_code])
    # ok: sql-by-formatting
    cursor.execute(OUTWARD.format(sql.Identifier(table)))
    # ok: sql-by-formatting
    cursor.execute(sql.SQL("SELECT id FROM {}").format(sql.Identifier(table)))
