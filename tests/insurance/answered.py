"""A question to a plan whose answer is in, made of EB segments, for tests of what people are shown."""

from __future__ import annotations

from django.db.models.functions import Now

from intake.insurance.models import Verification
from intake.insurance.models import VerificationState as S
from intake.insurance.x12 import StepKind, Summary
from tests.insurance.x12.test_x12_summary import of_lines

PPO = ("EB*1*IND*30*PR*SANDBOX CHOICE PPO", "EB*C*IND*30*PR*SANDBOX CHOICE PPO*29*1812.44*****Y")
CARED_FOR = (
    *PPO, "EB*1**AI^CJ", "EB*B*IND*AI***27*40****Y*Y", "EB*A*IND*AI*****.4***Y*N", "EB*F*IND*AI***29***DY*30*Y*Y",
    "EB*P", "MSG*THIS IS NOT A GUARANTEE OF PAYMENT",
)  # fmt: skip
CARVED_OUT = (
    *PPO, "EB*U**MH^AI", "LS*2120", "NM1*VN*2*SANDBOX BEHAVIORAL*****PI*SBX03", "PER*IC**TE*8005550133", "LE*2120",
)  # fmt: skip


def answered(verification: Verification, *benefits: str) -> Summary:
    """Write the answer into the row, as the queue does; rejected when the segments say so."""
    summary = of_lines(*benefits)
    is_rejected = summary.next_step.kind is StepKind.ASK_CALLER
    verification.summary_json = summary.to_json()
    verification.state, verification.finished_at = S.REJECTED if is_rejected else S.ANSWERED, Now()
    verification.coverage = None if is_rejected else summary.substance_use.value
    verification.lease_until = None
    verification.save()
    return summary
