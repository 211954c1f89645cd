"""The members of the "Sandbox Health Plan (demo)", payer id SBX01. Every one is invented.

| member id | name | born | what the plan does |
|---|---|---|---|
| SBX100001 | Daniel Reyes | 1996-04-12 | active PPO with substance use benefits, $1,812.44 deductible left |
| SBX100002 | Maria Lopez | 1988-02-03 | active HMO, only general coverage stated |
| SBX100003 | Thomas Webb | 1979-11-30 | inactive since the end of last year |
| SBX100004 | Ana Castillo | 1991-06-17 | AAA 72, member id not valid |
| SBX100005 | Peter Nowak | 1984-09-09 | AAA 75, subscriber not found |
| SBX100006 | Grace Kim | 1993-01-25 | AAA 73, name not valid |
| SBX100007 | Omar Haddad | 1970-07-07 | AAA 42, payer cannot answer now (always) |
| SBX100008 | Lucy Brandt | 2000-12-01 | AAA 71, birth date does not match |
| SBX100009 | Victor Amaya | 1986-03-22 | AAA 42 the first two times for each question (trace), then an active answer |
| SBX100010 | Helen Okafor | 1975-05-05 | active with her dependent Amara Okafor, born 2001-08-14 |
| SBX100011 | Rosa Jimenez | 1997-10-10 | Medicaid: the answer points to a managed care plan |
| SBX100012 | Walter Price | 1966-04-04 | a good answer after 20 seconds (SANDBOX_SLOW_SECONDS) |
| SBX100013 | Irene Stone | 1982-08-08 | an HTML page with status 200 |
| SBX100014 | Felix Young | 1990-02-28 | an answer cut off in the middle |
| SBX100015 | Nadia Petrova | 1989-03-15 | the answer to somebody else's question |
| SBX100016 | Hugo Lang | 1977-01-19 | no answer ever |
| SBX100017 | Carla Munoz | 1995-05-21 | active, substance use treatment not covered |
| SBX100018 | Simon Field | 1983-12-12 | active, behavioural health with another company |
| SBX100019 | Bruno Keller | 1978-03-09 | the connection breaks in the middle of the answer |
| SBX100020 | Alma Jensen | 1992-11-02 | the answer drips, a byte a second (SANDBOX_DRIP_SECONDS) |
| SBX100021 | Oscar Dunn | 1969-06-30 | an answer of more than 5 MB |
| SBX100022 | Nina Sokol | 1998-01-08 | the answer comes twice in one reply |
| SBX100023 | Tunde Adeyemi | 1994-09-17 | active, pending investigation: not stated |
| SBX100024 | Clara Rossi | 1987-02-11 | two plans, of which one ended last year |
| SBX100025 | Lan Nguyen | 1951-10-03 | Medicare, with a Medicare Advantage plan to ask |
| SBX100026 | Joel Baker | 1980-06-25 | active, self-funded by an employer |
| SBX100027 | Arjun Singh | 1999-04-01 | active, with limits: 30 visits a year, 18 left |
| SBX100028 | Ida Wolfe | 1973-12-30 | a good answer after 60 seconds (SANDBOX_VERY_SLOW_SECONDS) |
| SBX3000.. | Case Refused | 1990-01-01 | the AAA of the last two signs, such as SBX300079 or SBX3000T4 |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ..x12 import codes

PAYER_ID = "SBX01"
PAYER_NAME = "SANDBOX HEALTH PLAN (DEMO)"


class Conduct(StrEnum):
    """How the sandbox behaves for a member, beside the content of its answer."""

    ANSWER = "answer"
    SLOW = "slow"
    VERY_SLOW = "very_slow"
    GARBAGE = "garbage"
    CUT_OFF = "cut_off"
    OTHER_TRACE = "other_trace"
    HANG = "hang"
    BREAK_OFF = "break_off"
    DRIP = "drip"
    HUGE = "huge"
    TWICE = "twice"
    REFUSE = "refuse"
    REFUSE_ENVELOPE = "refuse_envelope"


@dataclass(frozen=True, slots=True)
class Dependent:
    """Somebody covered through a member."""

    last: str
    first: str
    born: date


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One row of the table. `benefits` are 271 segments in which {year} and {last_year} are filled in;
    `reject` is an AAA03 given the first `reject_times` times (0: always)."""

    member_id: str
    last: str
    first: str
    born: date
    benefits: tuple[str, ...] = ()
    conduct: Conduct = Conduct.ANSWER
    reject: str = ""
    reject_times: int = 0
    dependents: tuple[Dependent, ...] = ()


DISCLAIMER = ("EB*P", "MSG*THIS IS NOT A GUARANTEE OF PAYMENT")
PLAN_MONEY = (
    "EB*C*IND*30*PR*SANDBOX CHOICE PPO*23*2500*****Y",
    "EB*C*IND*30*PR*SANDBOX CHOICE PPO*29*1812.44*****Y",
    "EB*G*IND*30*PR*SANDBOX CHOICE PPO*23*6500*****Y",
    "EB*G*IND*30*PR*SANDBOX CHOICE PPO*29*5321.07*****Y",
    "EB*C*IND*30*PR*SANDBOX CHOICE PPO*23*5000*****N",
    "EB*C*IND*30*PR*SANDBOX CHOICE PPO*29*3624.88*****N",
)
PPO = ("EB*1*IND*30*PR*SANDBOX CHOICE PPO", "DTP*346*D8*{year}0101")
SUBSTANCE_USE = (
    "EB*1**AI^CI^CJ^MH^A7^A8",
    "EB*A*IND*AI*****.2***Y*Y",
    "MSG*AFTER DEDUCTIBLE",
    "EB*A*IND*AI*****.4***Y*N",
    "EB*F*IND*CI***36***DY*30*Y*Y",
    "HSD*DY*30***36*1",
    "MSG*PRIOR AUTHORIZATION REQUIRED FOR ALL INPATIENT LEVELS OF CARE",
    "LS*2120",
    "NM1*X3*2*SANDBOX CARE REVIEW",
    "PER*IC*AUTHORIZATIONS*TE*8005550111",
    "LE*2120",
    "EB*B*IND*CJ***27*40*****Y",
    "EB*B*IND*MH***27*25*****Y",
)
FULL = (*PPO, *PLAN_MONEY, *SUBSTANCE_USE, *DISCLAIMER)
GENERAL_ONLY = ("EB*1*IND*30*HM*SANDBOX BASIC HMO", "DTP*346*D8*{year}0101", *DISCLAIMER)
NOT_COVERED = (*PPO, *PLAN_MONEY[:4], "EB*1**MH", "EB*I**AI^CI^CJ", *DISCLAIMER)
ENDED = ("EB*6**30", "DTP*347*D8*{last_year}1231", "MSG*COVERAGE TERMINATED")
MANAGED_MEDICAID = (
    "EB*1**30*MC*SANDBOX STATE MEDICAID",
    "DTP*291*RD8*{year}0101-{year}1231",
    "EB*MC**30*HM*SANDBOX COMMUNITY CARE",
    "LS*2120",
    "NM1*Y2*2*SANDBOX COMMUNITY CARE*****PI*SBX02",
    "PER*IC**TE*8005550122",
    "LE*2120",
)
CARVED_OUT = (
    *PPO,
    "EB*U**MH^AI",
    "MSG*BEHAVIORAL HEALTH IS ADMINISTERED BY SANDBOX BEHAVIORAL",
    "LS*2120",
    "NM1*VN*2*SANDBOX BEHAVIORAL*****PI*SBX03",
    "PER*IC**TE*8005550133",
    "LE*2120",
)
PENDING = ("EB*5**30*PR*SANDBOX CHOICE PPO", "DTP*346*D8*{year}0101", "MSG*ELIGIBILITY IS BEING REVIEWED")
TWO_PLANS = (
    "EB*1*IND*30*HM*SANDBOX STANDARD HMO",
    "REF*6P*GRP-OLD",
    "DTP*346*D8*{last_year}0101",
    "DTP*347*D8*{last_year}1231",
    "EB*C*IND*30*HM*SANDBOX STANDARD HMO*23*900*****Y",
    "EB*1**AI*HM*SANDBOX STANDARD HMO",
    "EB*1*IND*30*PR*SANDBOX CHOICE PPO",
    "REF*6P*GRP-NEW",
    "DTP*346*D8*{year}0101",
    "EB*C*IND*30*PR*SANDBOX CHOICE PPO*23*2000*****Y",
    "EB*C*IND*30*PR*SANDBOX CHOICE PPO*29*1250.5*****Y",
    "EB*1**AI*PR*SANDBOX CHOICE PPO",
    "EB*A*IND*AI*PR*SANDBOX CHOICE PPO***.2***Y*Y",
)
MEDICARE_ADVANTAGE = (
    "EB*1**30*MA",
    "DTP*291*D8*{last_year}0101",
    "EB*1**30^AI^MH*MB",
    "DTP*291*D8*{last_year}0101",
    "EB*R**30*HM*SANDBOX SENIOR ADVANTAGE",
    "REF*18*H9999 001",
    "DTP*290*D8*{year}0101",
    "LS*2120",
    "NM1*PRP*2*SANDBOX SENIOR ADVANTAGE*****PI*SBX04",
    "PER*IC**TE*8005550144",
    "LE*2120",
)
SELF_FUNDED = (
    "EB*1*IND*30*PS*SANDBOX EMPLOYER CHOICE",
    "REF*6P*0098765*SANDBOX MANUFACTURING INC",
    "MSG*SELF-FUNDED PLAN, ADMINISTRATIVE SERVICES ONLY",
    "LS*2120",
    "NM1*P5*2*SANDBOX MANUFACTURING INC",
    "LE*2120",
    "EB*1**AI^MH",
    "EB*A*IND*AI*****.3***Y*Y",
)
LIMITED = (
    *PPO,
    "EB*1**AI^MH",
    "EB*F*IND*AI********N*Y",
    "HSD*VS*30***23*1",
    "EB*F*IND*AI***24*****N*Y",
    "HSD*VS*12***23*1",
    "EB*F*IND*AI***29*****N*Y",
    "HSD*VS*18***23*1",
    "EB*F*IND*MH***32*25000*****Y",
    "EB*F*IND*MH***33*9000.5*****Y",
)
# AAA03 that stand in the loop of the payer and of the provider (ELIGIBILITY.md 4.9); all others in the subscriber's
PAYER_REJECTS = frozenset(["04", "41", "79", "80", "T4"])
PROVIDER_REJECTS = frozenset(["43", "44", "45", "46", "47", "48", "50", "51", "97"])


def refused(code: str) -> Enrolled:
    """A member about whom the plan always says this AAA03: SBX3 and the code, with zeros between."""
    return Enrolled(f"SBX3{code:0>5}", "REFUSED", "CASE", date(1990, 1, 1), reject=code)


TABLE = (
    Enrolled("SBX100001", "REYES", "DANIEL", date(1996, 4, 12), FULL),
    Enrolled("SBX100002", "LOPEZ", "MARIA", date(1988, 2, 3), GENERAL_ONLY),
    Enrolled("SBX100003", "WEBB", "THOMAS", date(1979, 11, 30), ENDED),
    Enrolled("SBX100004", "CASTILLO", "ANA", date(1991, 6, 17), reject="72"),
    Enrolled("SBX100005", "NOWAK", "PETER", date(1984, 9, 9), reject="75"),
    Enrolled("SBX100006", "KIM", "GRACE", date(1993, 1, 25), reject="73"),
    Enrolled("SBX100007", "HADDAD", "OMAR", date(1970, 7, 7), reject="42"),
    Enrolled("SBX100008", "BRANDT", "LUCY", date(2000, 12, 1), reject="71"),
    Enrolled("SBX100009", "AMAYA", "VICTOR", date(1986, 3, 22), FULL, reject="42", reject_times=2),
    Enrolled(
        "SBX100010",
        "OKAFOR",
        "HELEN",
        date(1975, 5, 5),
        FULL,
        dependents=(Dependent("OKAFOR", "AMARA", date(2001, 8, 14)),),
    ),
    Enrolled("SBX100011", "JIMENEZ", "ROSA", date(1997, 10, 10), MANAGED_MEDICAID),
    Enrolled("SBX100012", "PRICE", "WALTER", date(1966, 4, 4), FULL, Conduct.SLOW),
    Enrolled("SBX100013", "STONE", "IRENE", date(1982, 8, 8), conduct=Conduct.GARBAGE),
    Enrolled("SBX100014", "YOUNG", "FELIX", date(1990, 2, 28), FULL, Conduct.CUT_OFF),
    Enrolled("SBX100015", "PETROVA", "NADIA", date(1989, 3, 15), FULL, Conduct.OTHER_TRACE),
    Enrolled("SBX100016", "LANG", "HUGO", date(1977, 1, 19), conduct=Conduct.HANG),
    Enrolled("SBX100017", "MUNOZ", "CARLA", date(1995, 5, 21), NOT_COVERED),
    Enrolled("SBX100018", "FIELD", "SIMON", date(1983, 12, 12), CARVED_OUT),
    Enrolled("SBX100019", "KELLER", "BRUNO", date(1978, 3, 9), FULL, Conduct.BREAK_OFF),
    Enrolled("SBX100020", "JENSEN", "ALMA", date(1992, 11, 2), FULL, Conduct.DRIP),
    Enrolled("SBX100021", "DUNN", "OSCAR", date(1969, 6, 30), FULL, Conduct.HUGE),
    Enrolled("SBX100022", "SOKOL", "NINA", date(1998, 1, 8), FULL, Conduct.TWICE),
    Enrolled("SBX100023", "ADEYEMI", "TUNDE", date(1994, 9, 17), PENDING),
    Enrolled("SBX100024", "ROSSI", "CLARA", date(1987, 2, 11), TWO_PLANS),
    Enrolled("SBX100025", "NGUYEN", "LAN", date(1951, 10, 3), MEDICARE_ADVANTAGE),
    Enrolled("SBX100026", "BAKER", "JOEL", date(1980, 6, 25), SELF_FUNDED),
    Enrolled("SBX100027", "SINGH", "ARJUN", date(1999, 4, 1), LIMITED),
    Enrolled("SBX100028", "WOLFE", "IDA", date(1973, 12, 30), FULL, Conduct.VERY_SLOW),
    Enrolled("SBX100040", "VARGA", "PETER", date(1984, 5, 6), FULL, Conduct.REFUSE),
    Enrolled("SBX100041", "DIALLO", "AWA", date(1995, 8, 17), FULL, Conduct.REFUSE_ENVELOPE),
    *(refused(code) for code in codes.reject_codes()),
)
MEMBERS = {row.member_id: row for row in TABLE}
