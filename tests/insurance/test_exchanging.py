"""Questions that leave in files and answers that come back in files, with the sandbox as the clearinghouse."""

from __future__ import annotations

import os
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from django.utils import timezone

from helpline.payers.models import Payer, PayerKind, PayerRoad
from intake.disclosures.models import Disclosure
from intake.insurance.clearinghouses import core_batch
from intake.insurance.clearinghouses.file_drop import drop
from intake.insurance.clearinghouses.trying import Stage
from intake.insurance.draining import drain
from intake.insurance.exchanging import Fate, exchange
from intake.insurance.models import Attempt, Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.sandbox.answers import write_999
from intake.insurance.sandbox.app import answer
from intake.insurance.sandbox.members import PAYER_ID
from intake.insurance.sandbox.questions import Refused
from intake.insurance.tasks import exchange_files
from intake.insurance.trying import try_road
from intake.insurance.x12.segments import tokenise
from intake.journey.demo import SANDBOX
from tests.insurance.clearinghouses.conftest import sandbox
from tests.insurance.clearinghouses.test_drain import asked_about

__all__ = ["sandbox"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """The folder of one clearinghouse, with a payer that is asked through it."""
    settings.CLEARINGHOUSE_FILES = str(tmp_path)
    settings.CLEARINGHOUSE_FILE_SETTLES = 0
    payer = Payer.objects.create(name=SANDBOX, kind=PayerKind.PRIVATE, source="test")
    PayerRoad.objects.create(
        payer=payer, kind="file_drop", edi_payer_id=PAYER_ID, sender_id="HELPLINE", receiver_id="Clear House/..",
        service_types=["30", "MH", "AI"],
    )  # fmt: skip
    (tmp_path / "clear-house" / "in").mkdir(parents=True)
    return tmp_path / "clear-house"


def out(folder: Path) -> list[Path]:
    return sorted((folder / "out").iterdir())


def answers(folder: Path, *asked: Verification) -> list[bytes]:
    """What the clearinghouse says about each to what lies in `out`, which it takes away."""
    questions = [path.read_bytes() for path in out(folder)]
    for path in out(folder):
        path.unlink()
    by_trace = {each.trace: question for each in asked for question in questions if each.trace.encode() in question}
    return [answer(by_trace[each.trace], None)[1] for each in asked]


def put(folder: Path, content: bytes, name: str = "answers.271") -> Path:
    path = folder / "in" / name
    path.write_bytes(content)
    return path


def state(verification: Verification) -> str:
    return Verification.objects.get(pk=verification.pk).state


def test_a_question_waits_in_a_file_and_its_answer_is_taken_in(folder: Path) -> None:
    asked = asked_about("SBX100001")
    assert drain() == 1
    [path] = out(folder)
    assert path.read_bytes() == Attempt.objects.get().request_270.encode()
    assert "SBX100001" not in path.name
    assert Disclosure.objects.get().about_id == Attempt.objects.get().pk
    waiting = Verification.objects.get()
    assert waiting.state == S.SENDING
    assert waiting.lease_until is not None
    assert waiting.lease_until > timezone.now() + timedelta(days=3)
    assert drain() == 0

    [said] = answers(folder, asked)
    put(folder, said)
    exchange_files()
    assert state(asked) == S.ANSWERED
    assert Attempt.objects.get().reply_271 == said.decode()
    assert list((folder / "in").iterdir()) == []


def test_a_file_taken_in_twice_does_no_harm(folder: Path) -> None:
    asked = asked_about("SBX100001")
    drain()
    [said] = answers(folder, asked)
    put(folder, said)
    exchange()
    first = Verification.objects.values().get()
    put(folder, said, "again.271")
    assert exchange() == Counter({Fate.AGAIN: 1})
    assert Verification.objects.values().get() == first
    assert not (folder / "quarantine").exists()


def test_each_of_a_batch_finds_its_own_and_a_strangers_file_is_kept_apart(folder: Path) -> None:
    ours = [asked_about("SBX100001"), asked_about("SBX100003"), asked_about("SBX100015")]
    drain()
    said = answers(folder, *ours)
    strange = said[0].replace(ours[0].trace.encode(), b"HL0000000000000000")
    put(folder, said[2] + said[1] + strange)
    with pytest.raises(SystemExit):
        call_command("exchange_files")
    # The answer to SBX100015 carries somebody else's trace, so it is nobody's here
    assert [state(each) for each in ours] == [S.SENDING, S.ANSWERED, S.SENDING]
    assert [path.name for path in (folder / "quarantine").iterdir()] == ["answers.271"]
    assert exchange() == Counter()


def test_our_trace_on_another_member_is_quarantined(folder: Path) -> None:
    asked = asked_about("SBX100001")
    drain()
    [said] = answers(folder, asked)
    put(
        folder,
        said.replace(b"REYES*DANIEL", b"SOKOL*NINA")
        .replace(b"SBX100001", b"SBX100022")
        .replace(b"19960412", b"19980108"),
    )
    assert exchange() == Counter({Fate.TAKEN: 1})
    assert state(asked) == S.QUARANTINED


def test_a_transaction_with_the_traces_of_two_people_is_nobodys(folder: Path) -> None:
    ours = [asked_about("SBX100001"), asked_about("SBX100002")]
    drain()
    said = answers(folder, *ours)
    both = said[0].replace(b"DMG*", f"TRN*2*{ours[1].trace}*9X~DMG*".encode(), 1)
    put(folder, both)
    assert exchange() == Counter({Fate.NOT_OURS: 1})
    assert [state(each) for each in ours] == [S.SENDING, S.SENDING]


def test_a_refusal_of_our_file_is_ours_to_mend_and_an_acceptance_is_only_noted(folder: Path) -> None:
    asked = asked_about("SBX100001")
    drain()
    sent = out(folder)[0].read_bytes()
    control = Attempt.objects.get().control_number
    refusal = write_999(tokenise(sent)[1][0], str(control), Refused("NM1", 4, "8"))
    accepted = (
        refusal.replace(b"IK3*NM1*4**8~", b"").replace(b"IK5*R*5", b"IK5*A").replace(b"AK9*R*1*1*0", b"AK9*A*1*1*1")
    )
    put(folder, accepted)
    assert exchange() == Counter({Fate.ACCEPTED: 1})
    assert state(asked) == S.SENDING
    put(folder, refusal)
    assert exchange() == Counter({Fate.TAKEN: 1})
    assert (state(asked), Verification.objects.get().why) == (S.CONFIGURATION, "refused with 999")


def test_of_a_file_cut_off_what_is_whole_is_taken_and_the_file_is_kept(folder: Path) -> None:
    ours = [asked_about("SBX100001"), asked_about("SBX100003")]
    drain()
    said = answers(folder, *ours)
    put(folder, said[0] + said[1][: len(said[1]) // 2])
    assert exchange() == Counter({Fate.TAKEN: 1, Fate.UNREADABLE: 1})
    assert [state(each) for each in ours] == [S.ANSWERED, S.SENDING]
    assert len(list((folder / "quarantine").iterdir())) == 1
    put(folder, b"<html>maintenance</html>")
    assert exchange() == Counter({Fate.UNREADABLE: 1})
    assert len(list((folder / "quarantine").iterdir())) == 2


def test_what_is_still_being_written_is_left(folder: Path, settings: Any, tmp_path: Path) -> None:
    settings.CLEARINGHOUSE_FILE_SETTLES = 30
    young = put(folder, b"ISA")
    put(folder, b"ISA", "upload.271.PART")
    (tmp_path / "secret").write_text("not a file of answers")
    (folder / "in" / "link.271").symlink_to(tmp_path / "secret")
    assert exchange() == Counter()
    os.utime(young, (time.time() - 60,) * 2)
    assert exchange() == Counter({Fate.UNREADABLE: 1})


def test_without_an_answer_it_becomes_a_persons_and_what_comes_later_is_kept(folder: Path) -> None:
    asked = asked_about("SBX100001")
    drain()
    Verification.objects.update(lease_until=Now() - timedelta(seconds=1))
    drain()
    assert state(asked) == S.UNKNOWN
    [said] = answers(folder, asked)
    put(folder, said)
    assert exchange() == Counter({Fate.LATE: 1})
    assert (state(asked), Attempt.objects.get().reply_271) == (S.UNKNOWN, said.decode())


def test_without_a_place_for_files_it_is_our_configuration(folder: Path, settings: Any) -> None:
    settings.CLEARINGHOUSE_FILES = ""
    asked = asked_about("SBX100001")
    drain()
    assert state(asked) == S.CONFIGURATION


def test_a_disk_that_takes_nothing_is_tried_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    asked = asked_about("SBX100001")
    drain()
    assert state(asked) == S.RETRY_AT
    assert out(folder) == []


def test_a_file_that_has_a_name_is_whole(tmp_path: Path) -> None:
    path = drop(tmp_path, b"ISA*whole~", "a-name")
    assert path.read_bytes() == b"ISA*whole~"
    assert path.name.startswith(f"{date.today():%Y}")


@pytest.mark.parametrize(("kind", "path"), [("mime_batch", "/batch"), ("soap_batch", "/batch/soap")])
def test_over_core_questions_are_handed_in_and_answers_picked_up(
    kind: str, path: str, folder: Path, sandbox: str
) -> None:
    road = PayerRoad.objects.get()
    road.kind, road.url, road.user_name, road.password = kind, f"{sandbox}{path}", "helpline", "sandbox"
    road.save()
    ours = [asked_about("SBX100001"), asked_about("SBX100003"), asked_about("SBX100004")]
    assert drain() == 3
    assert [state(each) for each in ours] == [S.SENDING] * 3
    assert exchange() == Counter({Fate.TAKEN: 3})
    assert [state(each) for each in ours] == [S.ANSWERED, S.ANSWERED, S.REJECTED]
    assert try_road(road).good
    assert exchange() == Counter()

    road.password = "wrong"  # pragma: allowlist secret
    road.save()
    late = asked_about("SBX100002")
    drain()
    assert state(late) == S.CONFIGURATION
    walked = try_road(road)
    assert (walked.good, walked.steps[-1].stage) == (False, Stage.SIGN_IN)


@pytest.mark.parametrize(("kind", "path"), [("mime_batch", "/batch"), ("soap_batch", "/batch/soap")])
@pytest.mark.parametrize(("member", "said"), [("SBX100040", "999"), ("SBX100041", "TA1")])
def test_what_the_clearinghouse_refuses_is_our_set_up_the_same_minute(
    kind: str, path: str, member: str, said: str, folder: Path, sandbox: str
) -> None:
    road = PayerRoad.objects.get()
    road.kind, road.url, road.user_name = kind, f"{sandbox}{path}", "helpline"
    road.password = "sandbox"  # pragma: allowlist secret
    road.save()
    refused, ours = asked_about(member), asked_about("SBX100001")
    drain()
    assert exchange() == Counter({Fate.TAKEN: 2})
    refused.refresh_from_db()
    assert (refused.state, refused.why) == (S.CONFIGURATION, f"refused with {said}")
    assert state(ours) == S.ANSWERED
    assert not list((folder / "in").glob("*"))


def test_without_acknowledgements_the_answers_still_come(
    folder: Path, sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    road = PayerRoad.objects.get()
    road.kind, road.url, road.user_name = "mime_batch", f"{sandbox}/batch", "helpline"
    road.password = "sandbox"  # pragma: allowlist secret
    road.save()
    asked = asked_about("SBX100001")
    drain()
    monkeypatch.setattr(core_batch, "ACKNOWLEDGEMENTS", ("X12_Unheard_Of",))
    assert exchange() == Counter({Fate.TAKEN: 1})
    assert state(asked) == S.ANSWERED


def test_what_was_fetched_is_taken_in_though_the_disk_is_full(
    folder: Path, sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    road = PayerRoad.objects.get()
    road.kind, road.url, road.user_name = "mime_batch", f"{sandbox}/batch", "helpline"
    road.password = "sandbox"  # pragma: allowlist secret
    road.save()
    asked = asked_about("SBX100001")
    drain()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert exchange() == Counter({Fate.TAKEN: 1})
    assert state(asked) == S.ANSWERED
