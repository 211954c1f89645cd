"""Importing a published directory: read, check, merge, all in one transaction, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from helpline.audit.acting import Actor, acting, record
from helpline.programs import staging
from helpline.programs.editions import EDITIONS, Coordinates
from helpline.programs.formats import Directory, open_directory
from helpline.programs.models import Edition, ImportRun, SamePlace, ServiceCode
from helpline.programs.published import Finding, Listing, plain_name
from helpline.programs.same_place import Match, Seen, matches
from helpline.programs.staging import Known, Scope, Staged

MOST_WITHDRAWN = 0.05
"""A file that would withdraw more than this share of its scope is refused unless it is allowed (issue 2,
item 3).
"""
MOST_UNKNOWN_CODES = 0.10
"""More unknown letters than this among a file's different codes means: another edition."""
LONGEST_CODE = 20
"""Letters of an unknown code that are kept."""
MOST_REFUSED = 50_000
"""More refused rows than this are no slips of a directory; up to it the run keeps every one."""
NOTES_KEPT = 20_000
DIFF_KEPT = 100

Watch = Callable[[Iterator[Any], int], Iterable[Any]]


class ImportRefused(Exception):
    """Nothing was changed; the message says why and what to do."""


@dataclass
class Outcome:
    """What an import did, or would do. Findings count rows as the spreadsheet does."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    restored: int = 0
    outside_scope: int = 0
    recognised: int = 0
    missing: int = 0
    to_decide: list[Match] = field(default_factory=list)
    refused: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    known_codes: set[int] = field(default_factory=set)
    unknown_codes: Counter[str] = field(default_factory=Counter)
    unknown_services: Counter[str] = field(default_factory=Counter)
    is_search: bool = False
    run: ImportRun | None = None
    diff: list[dict[str, Any]] = field(default_factory=list)


def import_directory(
    path: Path,
    *,
    edition: Edition,
    actor: Actor,
    located: Coordinates | None = None,
    states: tuple[str, ...] = (),
    dry_run: bool = False,
    allow_withdrawing: bool = False,
    replaces: Edition | None = None,
    watch: Watch = lambda rows, total: rows,
) -> Outcome:
    """Bring the listings of ``edition`` to what the file at ``path`` says.

    ``states`` narrows what the file may add, change and withdraw to these. ``replaces`` is an earlier edition whose
    listings this one takes over: those recognised move to it, those missing are withdrawn. The answer of a search
    withdraws nothing, unless ``states`` declare what it covers. A dry run does everything and takes it back. Raises
    ``NotReadable`` for a file that is no directory and ``ImportRefused`` for one that must not be applied; both leave
    everything as it was.
    """
    if replaces and (replaces == edition or replaces.published > edition.published):
        raise ImportRefused(f"{edition.code} cannot replace {replaces.code}, which is not an earlier edition.")
    book = open_directory(path)
    key = _key_of(edition, book)
    outcome = Outcome(is_search=book.is_search and not states)
    with acting(actor), connection.cursor() as cursor:
        if not staging.take_the_only_place(cursor):
            raise ImportRefused("Another import is running. Wait until it has ended, then try again.")
        read = staging.stage(cursor, _read(book, key, frozenset(states), outcome, watch), located or {})
        _refuse_another_edition(read, outcome, edition)
        staging.settle(cursor)
        _check(cursor, outcome)
        scope = Scope(edition.pk, [edition.pk, *([replaces.pk] if replaces else [])], list(states))
        _recognise(cursor, scope, outcome)
        if not outcome.is_search:
            _refuse_a_landslide(cursor, edition, scope, outcome.missing, allow_withdrawing)
        outcome.run = _apply(cursor, book, edition, replaces, scope, actor, outcome)
        if dry_run:
            outcome.diff = first_changes(outcome.run)
            transaction.set_rollback(True)
    return outcome


@dataclass(frozen=True)
class Key:
    """The small numbers of an edition's services: by code in capitals, by category and plain name, and by name alone
    where only one service has it.
    """

    edition: str
    codes: dict[str, int]
    named: dict[tuple[str, str], int]

    def number(self, service: tuple[str, str]) -> int | None:
        category, name = service[0], plain_name(service[1])
        return self.named.get((category, name)) or self.named.get(("", name))


def _key_of(edition: Edition, book: Directory) -> Key:
    """The services of the edition. Refuses a workbook whose own key gives a code another name."""
    codes = {code.code.upper(): code for code in ServiceCode.objects.filter(edition=edition)}
    if not codes and edition.code in EDITIONS:
        raise ImportRefused(f"Edition {edition.code} has no service codes yet: run “manage.py load_directory” first.")
    differ = book.disagreements({code: row.name for code, row in codes.items()})
    if differ:
        shown = "; ".join(f"{code} is “{theirs}” there and “{ours}” here" for code, ours, theirs in differ[:5])
        raise ImportRefused(
            f"{book.name} is not the edition {edition.code}: "
            f"its key gives {len(differ)} code(s) another name ({shown}). "
            "Choose the right --edition, or load the key of the new one first."
        )
    named = {(row.category_code, plain_name(row.name)): row.pk for row in codes.values()}
    often = Counter(name for _category, name in named)
    alone = {("", name): number for (_category, name), number in named.items() if often[name] == 1}
    return Key(edition.code, {code: row.pk for code, row in codes.items()}, named | alone)


def _read(book: Directory, key: Key, states: frozenset[str], outcome: Outcome, watch: Watch) -> Iterator[Staged]:
    for listing, findings in watch(book.rows(), len(book)):
        if listing is None:
            outcome.refused += findings
            _refuse_rubble(book, outcome)
        elif states and listing.state not in states:
            outcome.outside_scope += 1
        else:
            outcome.notes += findings
            yield _staged(listing, key, outcome)


def _staged(listing: Listing, key: Key, outcome: Outcome) -> Staged:
    codes = listing.codes
    if listing.terms:
        codes |= {code for taxonomy, code, _name in listing.terms if taxonomy == key.edition and code}
        outcome.unknown_services.update(name for taxonomy, _code, name in listing.terms if taxonomy != key.edition)
    unknown = sorted({code[:LONGEST_CODE] for code in codes - key.codes.keys()})
    outcome.unknown_codes.update(unknown)
    known = {key.codes[code] for code in codes if code in key.codes}
    if listing.services:
        named = {service: key.number(service) for service in listing.services}
        outcome.unknown_services.update(name for (_category, name), number in named.items() if number is None)
        known |= {number for number in named.values() if number is not None}
    outcome.known_codes |= known
    return Staged(listing, sorted(known), unknown)


def _refuse_rubble(book: Directory, outcome: Outcome) -> None:
    if len(outcome.refused) > MOST_REFUSED:
        raise ImportRefused(
            f"More than {MOST_REFUSED} faults in {book.name}, the first: {outcome.refused[0]} Nothing was changed. "
            "Look at the file: its columns may have moved."
        )


def _refuse_another_edition(read: int, outcome: Outcome, edition: Edition) -> None:
    if not read:
        refused = (
            f" {len(outcome.refused)} rows were refused, the first: {outcome.refused[0]}" if outcome.refused else ""
        )
        elsewhere = f" {outcome.outside_scope} rows lie outside the states asked for." if outcome.outside_scope else ""
        raise ImportRefused(f"There is no listing to import in this file.{refused}{elsewhere}")
    different = len(outcome.known_codes) + len(outcome.unknown_codes)
    if different and len(outcome.unknown_codes) / different > MOST_UNKNOWN_CODES:
        shown = ", ".join(sorted(outcome.unknown_codes)[:8])
        raise ImportRefused(
            f"{len(outcome.unknown_codes)} of the {different} service codes in this file are not in the key "
            f"of {edition.code} ({shown}): it is another edition. Choose the right --edition, or load its "
            "key first."
        )


def _check(cursor: Any, outcome: Outcome) -> None:
    """What can only be seen beside the other rows and the ZIP codes."""
    for row, first in staging.repeated(cursor):
        reason = f"This row repeats row {first} word for word."
        outcome.refused.append(Finding(row, "name1", reason, "Nothing to do if it is one place."))
    for row, zip_code in staging.far_from_their_zip(cursor):
        reason = f"Its coordinates lie more than {staging.FAR_FROM_ITS_ZIP_MILES} miles from ZIP {zip_code}"
        outcome.notes.append(Finding(row, "coordinates", f"{reason}; the middle of the ZIP was used.", ""))
    for row, zip_code in staging.without_known_zip(cursor):
        reason = f"ZIP {zip_code} is not among the ZIP codes we know."
        outcome.notes.append(Finding(row, "zip", reason, "Check it: without a place it is found by name only."))
    outcome.refused.sort(key=lambda finding: finding.row)
    outcome.notes.sort(key=lambda finding: finding.row)


def _recognise(cursor: Any, scope: Scope, outcome: Outcome) -> None:
    """Which row of the file is which listing it seems to lack. Where the file answers a search the listing may well
    stand beside the row, so a person is asked.
    """
    programs = staging.missing_programs(cursor, scope)
    rows = staging.unknown_rows(cursor, scope.edition) if programs else []
    same = {known[1:3]: known[0] for known in programs}
    exactly = [(same[row[1:3]], row[0]) for row in rows if row[1:3] in same]
    found = {program for program, _row in exactly}
    sure, asked = matches(
        [_seen(row) for row in rows if row[1:3] not in same],
        [_seen(known) for known in programs if known[0] not in found],
    )
    if outcome.is_search:
        sure, asked = [], sure + asked
    staging.recognise(cursor, [*exactly, *((match.old.key, match.new.key) for match in sure)])
    outcome.recognised, outcome.to_decide = len(exactly) + len(sure), asked
    outcome.missing = len(programs) - outcome.recognised
    outcome.to_decide += _beside(cursor, scope)
    for row, names in staging.lost_by_hand(cursor, scope.edition):
        reason = f"Set by hand, and this edition has no word for it: {names[:200]}."
        outcome.notes.append(Finding(row, "codes", reason, "Look at the listing."))


def _beside(cursor: Any, scope: Scope) -> list[Match]:
    """New rows that may be a place another directory lists: a person is asked, as each directory speaks for itself."""
    programs = staging.programs_beside(cursor, scope)
    rows = staging.unknown_rows(cursor, scope.edition) if programs else []
    sure, asked = matches([_seen(row) for row in rows], [_seen(known) for known in programs])
    return sure + asked


def _seen(known: Known) -> Seen:
    key, _identity, _occurrence, numbers, name1, name2, street1, street2, city, state, zip_code, _phone = known
    called = frozenset(number.partition(" x")[0] for number in numbers if number)
    return Seen(key, name1, name2, street1, street2, city, state, zip_code, called)


def _refuse_a_landslide(cursor: Any, edition: Edition, scope: Scope, missing: int, allowed: bool) -> None:
    of = staging.scope_count(cursor, scope) if missing and not allowed else 0
    if of and missing / of > MOST_WITHDRAWN:
        where = ", ".join(scope.states) or "all states"
        raise ImportRefused(
            f"This file lacks {missing} of the {of} listings of {edition.code} in {where}, more than "
            f"{MOST_WITHDRAWN:.0%}. Nothing was changed. If they are really gone, repeat with "
            "--allow-withdrawing; if the file holds only some states, name them with --states."
        )


def _apply(
    cursor: Any,
    book: Directory,
    edition: Edition,
    replaces: Edition | None,
    scope: Scope,
    actor: Actor,
    outcome: Outcome,
) -> ImportRun:
    run = ImportRun(
        edition=edition,
        actor_kind=actor.kind,
        actor_id=actor.id,
        file_name=book.name[:200],
        file_sha256=book.sha256,
        states=scope.states,
        replaces=replaces,
        refused=[asdict(finding) for finding in outcome.refused],
        notes=[asdict(finding) for finding in outcome.notes[:NOTES_KEPT]],
        left_unknown=(outcome.unknown_codes + outcome.unknown_services).most_common(),
    )
    reason = f"Not in {book.name[:200]}, imported {timezone.localdate():%Y-%m-%d}"
    outcome.restored = staging.coming_back_count(cursor, edition.pk)
    staging.remember_changes(cursor, edition.pk, run.pk, actor.kind, actor.id)
    recognised = staging.merge_recognised(cursor, edition.pk, run.pk) if outcome.recognised else 0
    outcome.created, rewritten = staging.merge(cursor, edition.pk, run.pk)
    rewritten += recognised
    staging.propose_faxes(cursor, edition.pk)
    outcome.changed = rewritten - outcome.restored
    outcome.unchanged = staging.staged_count(cursor) - outcome.created - rewritten
    if outcome.missing and not outcome.is_search:
        outcome.withdrawn = staging.withdraw_missing(cursor, scope, run.pk, reason, actor.kind, actor.id)
    for name in ("created", "changed", "unchanged", "withdrawn", "restored"):
        setattr(run, name, getattr(outcome, name))
    run.save(force_insert=True)
    SamePlace.objects.bulk_create(
        SamePlace(run=run, older_id=match.old.key, newer_id=match.new.key, alike=match.score)
        for match in outcome.to_decide
    )
    record(actor, "imported", "program_import", [run.pk])
    return run


def first_changes(run: ImportRun) -> list[dict[str, Any]]:
    """The first of each kind that a trial would change, before it is taken back: enough for a person to judge by."""
    found = []
    for action in ("withdrawn", "imported", "restored"):
        changes = run.changes.filter(action=action).select_related("program").order_by("program__sort_name", "id")
        found += [
            {"action": action, "id": str(change.program_id), "name": change.program.name, "fields": change.fields}
            for change in changes[:DIFF_KEPT]
        ]
    created = run.brought.order_by("sort_name", "id")[:DIFF_KEPT]
    return [*found, *({"action": "created", "name": new.name, "address": new.address} for new in created)]
