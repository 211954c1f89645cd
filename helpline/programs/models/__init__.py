"""The tables of this room, by subject: places, directories, programs and what is known of them."""

from helpline.programs.models.directories import SETTING, Edition, Place, ServiceCode
from helpline.programs.models.imports import ImportRun, Upload, UploadPiece
from helpline.programs.models.listings import CONFIRMED_FOR, UNSAID, Program, ProgramChange, ProgramQuerySet
from helpline.programs.models.pairs import Join, SamePlace
from helpline.programs.models.rounds import Turn, Use
from helpline.programs.models.telling import (
    GOOD_FOR,
    WEEKDAYS,
    IntakeHours,
    Opening,
    OpeningKind,
    PacketAddress,
    PacketWay,
    Proposal,
)

__all__ = [
    "CONFIRMED_FOR",
    "GOOD_FOR",
    "SETTING",
    "UNSAID",
    "WEEKDAYS",
    "Edition",
    "ImportRun",
    "IntakeHours",
    "Join",
    "Opening",
    "OpeningKind",
    "PacketAddress",
    "PacketWay",
    "Place",
    "Program",
    "ProgramChange",
    "ProgramQuerySet",
    "Proposal",
    "SamePlace",
    "ServiceCode",
    "Turn",
    "Upload",
    "UploadPiece",
    "Use",
]
