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
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

PAYER_ID = "SBX01"
PAYER_NAME = "SANDBOX HEALTH PLAN (DEMO)"


class Conduct(StrEnum):
    """How the sandbox behaves for a member, beside the content of its answer."""

    ANSWER = "answer"
    SLOW = "slow"
    GARBAGE = "garbage"
    CUT_OFF = "cut_off"
    OTHER_TRACE = "other_trace"
    HANG = "hang"
    BREAK_OFF = "break_off"
    DRIP = "drip"
    HUGE = "huge"
    TWICE = "twice"


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
)
MEMBERS = {row.member_id: row for row in TABLE}
